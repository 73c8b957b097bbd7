// Boots of a machine with little memory: emulated, for a container has no memory of its own, and may have no controller of it.

import { EMULATED, extraFile, ofHardware } from "./row-parts.ts";
import type { Layer, Row } from "./row.ts";

const JOURNAL = ["journalctl", "--boot", "--no-pager", "--output=cat", "--unit=parbake"];
const KERNEL = ["journalctl", "--boot", "--no-pager", "--output=cat", "--dmesg"];

/** As the kernel has them while the unit runs: a container may have no memory controller, and then systemd's own word says nothing. */
const tellLimits: Layer = {
  files: {
    "etc/systemd/system/parbake.service.d/90-simulated.conf":
      "[Service]\nExecStartPost=/bin/sh -c 'cd /sys/fs/cgroup/system.slice/parbake.service && grep . memory.max memory.swap.max memory.peak memory.events'\n",
  },
};
/** Three quarters of what the kernel leaves, no swap, and nobody has died of it. */
const LIMITS_OF_512_MIB =
  /^memory\.max:3\d{8}\nmemory\.swap\.max:0\nmemory\.peak:\d{7,9}\n(?:.*\n)*memory\.events:oom_kill 0$/m;

export const MEMORY_ROWS: readonly Row[] = [
  {
    name: "512-mib",
    title: "512 MiB of memory",
    machine: "emulated",
    memoryMiB: 512,
    layer: tellLimits,
    promises: { ...EMULATED, tells: [{ argv: JOURNAL, text: LIMITS_OF_512_MIB }] },
  },
  {
    name: "runaway",
    title: "512 MiB of memory, and a validator that takes all of it",
    machine: "emulated",
    memoryMiB: 512,
    layer: extraFile("a line", ", validate: [/usr/bin/tail, /dev/zero]"),
    promises: {
      ...EMULATED,
      held: ofHardware,
      says: /\/usr\/bin\/tail.*: killed by SIGKILL/,
      status: 65,
      // Of the unit's own limit, and not for want of the machine's memory.
      tells: [{ argv: KERNEL, text: /CONSTRAINT_MEMCG,.*oom_memcg=\/system\.slice\/parbake\.service,.*task=tail/ }],
    },
  },
];
