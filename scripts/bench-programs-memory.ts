// How much memory some processes of a machine have, sampled while they run.

import { readdirSync, readFileSync, readlinkSync } from "node:fs";

const SAMPLE_MS = 300;
const KIB = 1024;

export interface MemoryWatch {
  /** Of all the processes together, at the worst moment so far. */
  worstBytes(): number;
  stop(): void;
}

/** @param pidNamespace as `/proc/<pid>/ns/pid` says it: the machine. @param names of programs, cut to 15 characters. */
export function watchMemory(pidNamespace: string, names: readonly string[]): MemoryWatch {
  let worst = 0;
  const sample = (): void => {
    const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
    const bytes = pids.map((pid) => (isOneOf(pid, pidNamespace, names) ? readBytes(pid) : 0));
    worst = Math.max(
      worst,
      bytes.reduce((sum, one) => sum + one, 0),
    );
  };
  const timer = setInterval(sample, SAMPLE_MS);
  return { worstBytes: () => worst, stop: () => clearInterval(timer) };
}

function isOneOf(pid: string, pidNamespace: string, names: readonly string[]): boolean {
  try {
    return (
      readlinkSync(`/proc/${pid}/ns/pid`) === pidNamespace &&
      names.includes(readFileSync(`/proc/${pid}/comm`, "utf8").trim())
    );
  } catch {
    return false; // It has ended.
  }
}

// A page that several processes share counts once, in parts: the sum is what all of them take.
function readBytes(pid: string): number {
  try {
    const pss = /^Pss: +(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"));
    const pageTables = /^VmPTE:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
    return (Number(pss?.[1] ?? 0) + Number(pageTables?.[1] ?? 0)) * KIB;
  } catch {
    return 0; // It has ended.
  }
}
