// Samples the memory of some processes of a machine while they run, and kills all of its processes if they take too much.

import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { KIB, MIB } from "../../agent/size.ts";

const SAMPLE_MS = 300;

interface MemoryWatch {
  /** Of all the named processes together, at the worst moment so far. */
  worstBytes(): number;
  /** Rejects once all processes of the machine, the load's included, had more than `mostBytes`, and have been killed. */
  readonly excess: Promise<never>;
  stop(): void;
}

interface Watched {
  /** As `/proc/<pid>/ns/pid` says it: the machine. */
  readonly pidNamespace: string;
  /** Of programs, cut to 15 characters. */
  readonly names: readonly string[];
  readonly mostBytes: number;
}

export function watchMemory({ pidNamespace, names, mostBytes }: Watched): MemoryWatch {
  let worst = 0;
  const excess = Promise.withResolvers<never>();
  const sample = (): void => {
    const processes = readProcesses(pidNamespace);
    worst = Math.max(worst, sumBytes(processes.filter(({ name }) => names.includes(name))));
    const allBytes = sumBytes(processes);
    if (allBytes <= mostBytes) return;
    kill(processes);
    excess.reject(new Error(`killed, because all of its processes together had ${Math.round(allBytes / MIB)} MiB`));
  };
  const timer = setInterval(sample, SAMPLE_MS);
  return { worstBytes: () => worst, excess: excess.promise, stop: () => clearInterval(timer) };
}

interface RunningProcess {
  readonly pid: number;
  readonly name: string;
  readonly bytes: number;
}

function readProcesses(pidNamespace: string): readonly RunningProcess[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    try {
      if (readlinkSync(`/proc/${pid}/ns/pid`) !== pidNamespace) return [];
      const name = readFileSync(`/proc/${pid}/comm`, "utf8").trim();
      return [{ pid: Number(pid), name, bytes: readBytes(pid) }];
    } catch {
      return []; // It has ended.
    }
  });
}

// A page that several processes share counts once, in parts: the sum is what all of them take.
function readBytes(pid: string): number {
  const pss = /^Pss: +(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"));
  const pageTables = /^VmPTE:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return (Number(pss?.[1] ?? 0) + Number(pageTables?.[1] ?? 0)) * KIB;
}

function sumBytes(processes: readonly RunningProcess[]): number {
  return processes.reduce((sum, { bytes }) => sum + bytes, 0);
}

function kill(processes: readonly RunningProcess[]): void {
  for (const { pid } of processes)
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has ended.
    }
}
