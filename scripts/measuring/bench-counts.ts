// What a boot asks of the kernel and of the network, as counts: they are the same on a slow machine and on a fast one. Prints
// them, a line each, so that those of two commits can be compared by diff. Usage: bench-counts.ts [--calls]

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BINARY } from "../../test/binary/support/scratch-image.ts";
import { startEmulator } from "../emulator/emulator.ts";
import { mountDisk, putOn } from "./bench-disk.ts";
import { bakeImage, BIG, describeWorld, type Job, SMALL } from "./bench-jobs.ts";
import { median, type Program, readFootprint, runOnce } from "./bench-measure.ts";

/** How often a thread waits for another, and how V8 gets its memory, is chance; memory shows in the page faults. */
const BY_CHANCE =
  /^(futex|epoll_pwait|sched_\w+|clock_nanosleep|restart_syscall|mmap|munmap|mprotect|madvise|brk|rt_sigprocmask)$/;
const FAULT_RUNS = 5;

export interface JobCounts {
  /** By name, without those that vary by chance; null without strace. */
  readonly systemCalls: ReadonlyMap<string, number> | null;
  /** Median; text: why they can't be counted here. */
  readonly minorFaults: number | string;
  readonly imdsRequests: number;
  readonly awsRequests: number;
  readonly connections: number;
}

/** Of the small job, with nothing of the binary in memory. */
export interface ColdCounts {
  readonly bytesRead: number;
  readonly majorFaults: number;
}

export interface Counts {
  readonly cold: ColdCounts | string;
  readonly small: JobCounts;
  readonly big: JobCounts;
  readonly binaryBytes: number;
}

export async function countBoot(): Promise<Counts> {
  const scratch = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "parbake-counts-"));
  const disk = mountDisk(scratch);
  try {
    // How many pages a fault brings depends on how they came into memory: as EC2's read-ahead left them, so cold first.
    const onDisk = typeof disk === "string" ? disk : { binary: putOn(disk, BINARY, "parbake") };
    const cold = typeof onDisk === "string" ? onDisk : await countCold(onDisk.binary);
    return {
      cold,
      small: await countJob(SMALL, onDisk),
      big: await countJob(BIG, onDisk),
      binaryBytes: statSync(BINARY).size,
    };
  } finally {
    if (typeof disk !== "string") disk.remove();
    rmSync(scratch, { recursive: true });
  }
}

async function countCold(binary: string): Promise<ColdCounts | string> {
  return withJob(SMALL, binary, async (apply) => {
    const cold = await readFootprint(apply, "cold");
    return cold === null ? "no GNU time" : { bytesRead: cold.readBytes, majorFaults: cold.majorFaults };
  });
}

async function countJob(job: Job, onDisk: { readonly binary: string } | string): Promise<JobCounts> {
  return withJob(job, typeof onDisk === "string" ? BINARY : onDisk.binary, async (apply, requests) => {
    await runOnce(apply);
    const asked = [...requests];
    return {
      systemCalls: await countSystemCalls(apply),
      minorFaults: typeof onDisk === "string" ? onDisk : await countMinorFaults(apply),
      imdsRequests: asked.filter(({ service }) => service === "imds").length,
      awsRequests: asked.filter(({ service }) => service !== "imds").length,
      connections: new Set(asked.map(({ connection }) => connection)).size,
    };
  });
}

async function countMinorFaults(apply: Program): Promise<number | string> {
  const faults: number[] = [];
  for (let run = 0; run < FAULT_RUNS; run++) {
    const footprint = await readFootprint(apply, "warm");
    if (footprint === null) return "no GNU time";
    faults.push(footprint.minorFaults);
  }
  return median(faults);
}

async function withJob<Result>(
  job: Job,
  binary: string,
  work: (apply: Program, requests: Awaited<ReturnType<typeof startEmulator>>["requests"]) => Promise<Result>,
): Promise<Result> {
  const emulator = await startEmulator({ world: describeWorld(job.secrets) });
  const environment = { AWS_EC2_METADATA_SERVICE_ENDPOINT: emulator.endpoint, AWS_ENDPOINT_URL: emulator.endpoint };
  try {
    const apply = { argv: [binary, "apply"], environment, bakeImage: () => bakeImage(job) };
    return await work(apply, emulator.requests);
  } finally {
    await emulator.close();
  }
}

async function countSystemCalls(program: Program): Promise<ReadonlyMap<string, number> | null> {
  if (spawnSync("strace", ["--version"]).status !== 0) return null;
  const folder = mkdtempSync(join(tmpdir(), "parbake-counts-"));
  try {
    const output = join(folder, "calls");
    await runOnce(program, ["strace", "--follow-forks", "--summary-only", "--output", output]);
    return parseSummary(readFileSync(output, "utf8"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Of `strace -c`: share, seconds, µs a call, calls, errors (or nothing), name. */
export function parseSummary(summary: string): ReadonlyMap<string, number> {
  const rows = [...summary.matchAll(/^ *[\d.]+ +[\d.]+ +\d+ +(\d+) +(?:\d+ +)?(\w+)$/gm)];
  const calls = rows.map(([, count, name]) => [name ?? "", Number(count)] as const);
  return new Map(calls.filter(([name]) => name !== "total" && !BY_CHANCE.test(name)));
}

export function sum(calls: ReadonlyMap<string, number>): number {
  return [...calls.values()].reduce((total, count) => total + count, 0);
}

async function print(withCalls: boolean): Promise<void> {
  const { cold, small, big, binaryBytes } = await countBoot();
  for (const [name, { systemCalls, ...counts }] of Object.entries({ small, big })) {
    console.log(`${name} systemCalls ${systemCalls === null ? "not counted: no strace" : sum(systemCalls)}`);
    for (const [what, count] of Object.entries(counts)) console.log(`${name} ${what} ${count}`);
    if (withCalls)
      for (const line of [...(systemCalls ?? [])].map(([call, count]) => `${name} call ${call} ${count}`).toSorted())
        console.log(line);
  }
  if (typeof cold === "string") console.log(`cold not counted: ${cold}`);
  else for (const [what, count] of Object.entries(cold)) console.log(`cold ${what} ${count}`);
  console.log(`binary bytes ${binaryBytes}`);
}

if (import.meta.main) await print(process.argv.includes("--calls"));
