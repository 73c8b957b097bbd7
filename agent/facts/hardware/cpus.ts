// The CPUs that this process may use, and the cores behind them.

import type { KernelFiles } from "./kernel-files.ts";

interface Origin {
  readonly source: "kernel" | "derived";
  readonly detail: string;
}

interface Cpus {
  readonly vcpus: number;
  readonly cores: number;
  readonly threadsPerCore: number;
  readonly origins: Readonly<Record<"vcpus" | "cores" | "threadsPerCore", Origin>>;
}

const FOLDER = "sys/devices/system/cpu";

/** Null: the kernel does not say which CPUs there are. */
export function readCpus(files: KernelFiles): Cpus | null {
  const usable = readUsable(files);
  if (!usable) return null;
  const topology = readTopology(files, usable.cpus);
  return {
    vcpus: usable.cpus.length,
    cores: topology.cores,
    threadsPerCore: topology.threadsPerCore,
    origins: { vcpus: usable.origin, cores: topology.origin, threadsPerCore: topology.origin },
  };
}

interface Usable {
  readonly cpus: readonly number[];
  readonly origin: Origin;
}

function readUsable(files: KernelFiles): Usable | null {
  const online = parseCpuList(files.read(`${FOLDER}/online`) ?? "");
  const status = files.read("proc/self/status") ?? "";
  const allowed = new Set(parseCpuList(/^Cpus_allowed_list:\s*(\S+)$/m.exec(status)?.[1] ?? ""));
  // Affinity may name CPUs that are possible but not there, so it counts only within those online.
  const both = online.filter((cpu) => allowed.has(cpu));
  if (both.length > 0) {
    return { cpus: both, origin: { source: "kernel", detail: `/${FOLDER}/online, Cpus_allowed_list` } };
  }
  if (online.length > 0) return { cpus: online, origin: { source: "kernel", detail: `/${FOLDER}/online` } };
  const listed = (files.read("proc/cpuinfo") ?? "").matchAll(/^processor\s*:\s*(\d+)$/gm);
  const cpus = [...listed].map((match) => Number(match[1]));
  return cpus.length > 0 ? { cpus, origin: { source: "kernel", detail: "/proc/cpuinfo" } } : null;
}

interface Topology {
  readonly cores: number;
  readonly threadsPerCore: number;
  readonly origin: Origin;
}

function readTopology(files: KernelFiles, cpus: readonly number[]): Topology {
  if (files.read(`${FOLDER}/smt/active`) === "0")
    return oneThread(cpus, { source: "kernel", detail: `/${FOLDER}/smt/active` });
  const seen = new Set<number>();
  let cores = 0;
  let threadsPerCore = 1;
  for (const cpu of cpus) {
    // A sibling of one already read: half of the reads on a machine with two threads a core.
    if (seen.has(cpu)) continue;
    const siblings = readSiblings(files, cpu);
    if (siblings.length === 0) return oneThread(cpus, { source: "derived", detail: "as many as vcpus: no topology" });
    siblings.forEach((sibling) => seen.add(sibling));
    cores += 1;
    threadsPerCore = Math.max(threadsPerCore, siblings.length);
  }
  return { cores, threadsPerCore, origin: { source: "kernel", detail: `/${FOLDER}/cpu*/topology` } };
}

// core_cpus_list is the newer name of the same list (Linux 5.3).
function readSiblings(files: KernelFiles, cpu: number): number[] {
  const topology = `${FOLDER}/cpu${cpu}/topology`;
  return parseCpuList(files.read(`${topology}/thread_siblings_list`) ?? files.read(`${topology}/core_cpus_list`) ?? "");
}

function oneThread(cpus: readonly number[], origin: Origin): Topology {
  return { cores: cpus.length, threadsPerCore: 1, origin };
}

// Linux's own limit (CONFIG_NR_CPUS) is 8192 on x86-64; a list beyond it is no list of CPUs.
const MOST_CPUS = 8192;

/** `0-3,8` → 0, 1, 2, 3, 8. Anything that is no such list gives none. */
export function parseCpuList(text: string): number[] {
  const cpus: number[] = [];
  for (const part of text.split(",")) {
    const [, first, last = first] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(part.trim()) ?? [];
    if (first === undefined || Number(last) >= MOST_CPUS) return [];
    for (let cpu = Number(first); cpu <= Number(last); cpu++) cpus.push(cpu);
  }
  return cpus;
}
