// Kernel settings, raised only: each is at least what any kernel chooses for this memory. Never touches what scales well.

import { count, text, type Reason } from "./build-setting.ts";
import { optionalNumber } from "./read-option.ts";
import type { OptionRule, Profile, Setting } from "./setting.ts";
import { KIB, MIB } from "./size.ts";

const TCP_INIT = "linux, net/ipv4/tcp.c, tcp_init";
const TUNED = "redhat-performance/tuned, profiles";

/** The kernel's rule for the largest socket buffers is memory / 128 up to a cap; recent kernels have the largest cap. */
const MOST_RECEIVE_BYTES = 32 * MIB;
/** tuned's network-throughput; kernels stop at 4 MiB. */
const MOST_SEND_BYTES = 16 * MIB;

const OPTIONS: Readonly<Record<string, OptionRule>> = {
  // The one value that falls: less swapping of what is in use. By tuned's throughput-performance.
  swappiness: { kind: "integer", default: 10, min: 0, max: 200, about: "vm.swappiness" },
};

export const sysctl: Profile = {
  name: "sysctl",
  about: "kernel settings of a server, raised only",
  options: OPTIONS,
  takesMemory: false,
  ladder: [],
  toShrink: "nothing",
  floorBytes: () => 0,
  capBytes: () => 0,
  tune({ memoryBytes }, options) {
    const settings = new Map<string, Setting>([
      [
        "net.core.somaxconn",
        count(4096, { formula: "the kernel's since 5.4", source: "linux, include/linux/socket.h" }),
      ],
      ["net.ipv4.tcp_max_syn_backlog", count(4096, { formula: "the most that a kernel chooses", source: TCP_INIT })],
      ["net.core.rmem_max", count(receiveBytes(memoryBytes), RECEIVE)],
      ["net.core.wmem_max", count(sendBytes(memoryBytes), SEND)],
      ["net.ipv4.tcp_rmem", text(`4096 131072 ${receiveBytes(memoryBytes)}`, RECEIVE)],
      ["net.ipv4.tcp_wmem", text(`4096 16384 ${sendBytes(memoryBytes)}`, SEND)],
      [
        "vm.max_map_count",
        count(1_048_576, { formula: "what Elasticsearch asks for", source: "elastic.co, vm.max_map_count" }),
      ],
      ["kernel.pid_max", count(4_194_304, { formula: "the most on 64 bits", source: `${TUNED}/openshift` })],
      ["vm.swappiness", count(optionalNumber(options, "swappiness")!, swappinessReason(options["swappiness"]!))],
    ]);
    return {
      ...Object.fromEntries([...settings].map(([key, setting]) => [templateName(key), setting])),
      conf: joinLines(settings),
    };
  },
};

const RECEIVE: Reason = { formula: "memory / 128, 4 MiB to 32 MiB", source: TCP_INIT };
const SEND: Reason = { formula: "memory / 128, 4 MiB to 16 MiB", source: TCP_INIT };

// 4 MiB at least: recent kernels begin net.core.rmem_max and wmem_max there.
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

function swappinessReason(value: unknown): Reason {
  return {
    formula: "the option swappiness",
    source: TUNED,
    boundBy: value === OPTIONS["swappiness"]!.default ? null : "user",
  };
}

/** A dot divides a path in a template: `apps.kernel.net_core_somaxconn`. */
function templateName(key: string): string {
  return key.replaceAll(".", "_");
}

function joinLines(settings: ReadonlyMap<string, Setting>): Setting {
  const lines = [...settings].map(([key, setting]) => `${key} = ${setting.text}`);
  return text(lines.join("\n"), { formula: "all of the above as a file of sysctl.d", source: "sysctl.d(5)" });
}
