// Sets the kernel for any server, only ever raising values, and as the other apps of the machine ask.

import { KIB, MIB } from "../../size.ts";
import { count, text, type Reason } from "../profile/build-setting.ts";
import type { Bound, OptionRules, Profile, Setting } from "../profile/profile.ts";
import { isMoreThanKernels, tuneAsked, tuneSwappiness } from "./sysctl-asked.ts";
import { THP_MODES, tuneThp } from "./thp.ts";

const TCP_INIT = "linux, net/ipv4/tcp.c, tcp_init";
const TUNED = "redhat-performance/tuned, profiles";
const EKS = "awslabs/amazon-eks-ami, etc/sysctl.conf";

/** The kernel's rule for the largest socket buffers is memory / 128 up to a cap; recent kernels have the largest cap. */
const MOST_RECEIVE_BYTES = 32 * MIB;
/** tuned's network-throughput; kernels stop at 4 MiB. */
const MOST_SEND_BYTES = 16 * MIB;

/** What an inotify watch pins, a little less than the kernel assumes; the kernel allows watches 1 % of the memory. */
const WATCH_BYTES = KIB;
const LEAST_WATCHES = 8192;
const MOST_WATCHES = 1_048_576;

/**
 * The kernel's table has an entry for each 16 KiB, at most 65,536 up to 4 GiB and 262,144 beyond. tuned's openshift has
 * 1,048,576, which is right for 16 GiB and too much for less.
 */
const CONNTRACK_BYTES = 16 * KIB;
const LEAST_CONNTRACK = 65_536;
const MOST_CONNTRACK = 1_048_576;

/** Missing until its module is loaded; the dash makes systemd-sysctl ignore that. */
const CONNTRACK_KEY = "net.netfilter.nf_conntrack_max";

const OPTIONS = {
  swappiness: {
    kind: "integer",
    default: null,
    min: 0,
    max: 200,
    about: "vm.swappiness; 10, or less where an app asks for less, if not given",
  },
  overcommitMemory: {
    kind: "integer",
    default: null,
    min: 0,
    max: 2,
    about: "vm.overcommit_memory; 1 where an app asks for it, if not given",
  },
  thp: {
    kind: "choice",
    default: null,
    choices: THP_MODES,
    about: "transparent huge pages; the strictest that an app asks for, else madvise, if not given",
  },
} satisfies OptionRules;

/** A number for any of them could only lower what the kernel or systemd has. */
const LEFT_ALONE = {
  "fs.file-max":
    "systemd sets it to the most that the kernel allows, at each boot (systemd, src/core/main.c, bump_file_max_and_nr_open); " +
    "what limits a service is LimitNOFILE of its unit",
  "kernel.threads-max":
    "the kernel sets it by the memory: a thread for each 128 KiB (linux, kernel/fork.c, set_max_threads); " +
    "what limits a service is TasksMax of its unit",
  "kernel.shmmax":
    "the kernel has no limit since 3.16 (linux, include/uapi/linux/shm.h, SHMMAX); nor is kernel.shmall one",
  "net.ipv4.tcp_mem": "the kernel sets it by the memory, 9.4 % of it at most (linux, net/ipv4/tcp.c, tcp_init_mem)",
};

/**
 * sysctl.d cannot say "raise only". So each value for any server is at least the largest that any kernel chooses by itself
 * for this much memory. Settings that already grow with the memory are left alone. Only swappiness and, beside PostgreSQL,
 * the limits of dirty memory lower a value.
 */
export const sysctl: Profile = {
  name: "sysctl",
  about: "kernel settings of a server, and what its apps ask of the kernel",
  options: OPTIONS,
  leavesAlone: LEFT_ALONE,
  takesMemory: false,
  notEnforced: "it takes no memory, and has no unit",
  // No memory, no weight.
  usualWeight: 1,
  useful: () => ({}),
  ladder: [],
  toShrink: "nothing",
  floorBytes: () => 0,
  capBytes: () => 0,
  tune(allotment, options) {
    const { memoryBytes, neighbours } = allotment;
    const always = new Map<string, Setting>([
      ["net.core.somaxconn", count(4096, { formula: "4096", source: "linux, include/linux/socket.h, since 5.4" })],
      ["net.ipv4.tcp_max_syn_backlog", count(4096, { formula: "4096", source: `${TCP_INIT}: its most` })],
      ["net.core.rmem_max", count(receiveBytes(memoryBytes), receiveReason(memoryBytes))],
      ["net.core.wmem_max", count(sendBytes(memoryBytes), sendReason(memoryBytes))],
      ["net.ipv4.tcp_rmem", text(`4096 131072 ${receiveBytes(memoryBytes)}`, receiveReason(memoryBytes))],
      ["net.ipv4.tcp_wmem", text(`4096 16384 ${sendBytes(memoryBytes)}`, sendReason(memoryBytes))],
      ["vm.max_map_count", count(1_048_576, { formula: "1048576", source: "elastic.co, vm.max_map_count" })],
      ["kernel.pid_max", count(4_194_304, { formula: "4194304", source: `${TUNED}/openshift` })],
      ["vm.swappiness", tuneSwappiness(neighbours, options)],
      ["fs.aio-max-nr", count(1_048_576, { formula: "1048576", source: `${TUNED}/oracle` })],
      ["fs.inotify.max_user_instances", count(8192, { formula: "8192", source: EKS })],
      ["fs.inotify.max_user_watches", tuneWatches(memoryBytes)],
      [CONNTRACK_KEY, tuneConntrack(memoryBytes)],
    ]);
    const asked = tuneAsked(allotment, options);
    const written = new Map([...always, ...[...asked].filter(isMoreThanKernels)]);
    return {
      ...Object.fromEntries([...always, ...asked].map(([key, setting]) => [templateName(key), setting])),
      conf: joinLines(written),
      ...tuneThp(neighbours, options),
    };
  },
};

// At least 4 MiB, the least of net.core.rmem_max and wmem_max in recent kernels.
function receiveBytes(memoryBytes: number): number {
  return clampBuffer(memoryBytes, MOST_RECEIVE_BYTES);
}

function sendBytes(memoryBytes: number): number {
  return clampBuffer(memoryBytes, MOST_SEND_BYTES);
}

function clampBuffer(memoryBytes: number, mostBytes: number): number {
  const pageBytes = 4 * KIB;
  return Math.max(4 * MIB, Math.min(mostBytes, Math.floor(memoryBytes / 128 / pageBytes) * pageBytes));
}

function receiveReason(memoryBytes: number): Reason {
  const formula = "clamp(memoryBytes / 128, 4 MiB, 32 MiB), in whole 4 KiB";
  return { formula, inputs: { memoryBytes }, source: TCP_INIT, boundBy: boundOf(memoryBytes / 128, 4, 32) };
}

function sendReason(memoryBytes: number): Reason {
  const formula = "clamp(memoryBytes / 128, 4 MiB, 16 MiB), in whole 4 KiB";
  return { formula, inputs: { memoryBytes }, source: TCP_INIT, boundBy: boundOf(memoryBytes / 128, 4, 16) };
}

function boundOf(sizeBytes: number, leastMib: number, mostMib: number): Bound {
  if (sizeBytes < leastMib * MIB) return "floor";
  return sizeBytes > mostMib * MIB ? "cap" : null;
}

function tuneWatches(memoryBytes: number): Setting {
  const watches = Math.floor(memoryBytes / 20 / WATCH_BYTES);
  return count(clamp(watches, LEAST_WATCHES, MOST_WATCHES), {
    formula: "clamp(memoryBytes * 5% / 1 KiB, 8192, 1048576)",
    inputs: { memoryBytes },
    source: "linux, fs/notify/inotify/inotify_user.c",
    boundBy: watches > MOST_WATCHES ? "cap" : null,
    note: "the kernel allows 1 % of the memory",
  });
}

function tuneConntrack(memoryBytes: number): Setting {
  const tracked = Math.floor(memoryBytes / CONNTRACK_BYTES);
  return count(clamp(tracked, LEAST_CONNTRACK, MOST_CONNTRACK), {
    formula: "clamp(memoryBytes / 16 KiB, 65536, 1048576)",
    inputs: { memoryBytes },
    source: `linux, nf_conntrack_core.c; ${TUNED}/openshift`,
    boundBy: tracked < LEAST_CONNTRACK ? "floor" : tracked > MOST_CONNTRACK ? "cap" : null,
    note: "the kernel stops at 262144",
  });
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(value, most));
}

/** A dot divides a path in a template: `apps.kernel.net_core_somaxconn`. */
function templateName(key: string): string {
  return key.replaceAll(/[.-]/g, "_");
}

function joinLines(settings: ReadonlyMap<string, Setting>): Setting {
  const lines = [...settings].map(([key, setting]) => `${key === CONNTRACK_KEY ? "-" : ""}${key} = ${setting.text}`);
  return text(lines.join("\n"), { formula: "all of the above as a file of sysctl.d", source: "sysctl.d(5)" });
}
