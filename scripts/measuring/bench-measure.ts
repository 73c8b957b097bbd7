// One run of a program, timed; and what it takes from the machine: processor time, memory, page faults, and page reads when
// nothing of it is cached.

import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ScratchImage } from "../../test/binary/support/scratch-image.ts";

export interface Program {
  readonly argv: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  /** A fresh machine for each run, given as `--root`, or as `parameters` says. */
  readonly bakeImage?: () => ScratchImage;
  readonly parameters?: (root: string) => readonly string[];
}

export interface Run {
  readonly wallMs: number;
  readonly stderr: string;
}

export interface Footprint {
  readonly residentBytes: number;
  readonly minorFaults: number;
  readonly majorFaults: number;
  readonly readBytes: number;
}

export const GNU_TIME = "/usr/bin/time";

/** @throws Error where it doesn't end with 0 */
export async function runOnce(
  { argv, environment, bakeImage, parameters }: Program,
  prefix: readonly string[] = [],
): Promise<Run> {
  const image = bakeImage?.();
  const own = image ? (parameters?.(image.root) ?? ["--root", image.root]) : [];
  const [command = "", ...rest] = [...prefix, ...argv, ...own];
  try {
    const startMs = performance.now();
    const child = spawn(command, rest, { env: environment, stdio: ["ignore", "ignore", "pipe"] });
    let wallMs = 0;
    child.once("exit", () => (wallMs = performance.now() - startMs));
    let stderr = "";
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    const status = await new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    });
    if (status !== 0) throw new Error(`${command} ended with ${String(status)}: ${stderr}`);
    return { wallMs, stderr };
  } finally {
    image?.remove();
  }
}

export async function timeRun(program: Program, prefix: readonly string[] = []): Promise<number> {
  return (await runOnce(program, prefix)).wallMs;
}

/** Runs all of them `runs` times, in turns: what slows the machine for a while slows each alike. */
export async function timeInTurns(
  programs: Readonly<Record<string, Program>>,
  runs: number,
  prefix: readonly string[] = [],
): Promise<Readonly<Record<string, number[]>>> {
  const wallsMs: Record<string, number[]> = Object.fromEntries(Object.keys(programs).map((name) => [name, []]));
  for (let run = 0; run < runs; run++)
    for (const [name, program] of Object.entries(programs)) wallsMs[name]?.push(await timeRun(program, prefix));
  return wallsMs;
}

/** User and system time of a run, to the millisecond, by bash: GNU time rounds to hundredths of a second. */
export async function readCpuMs(program: Program): Promise<Run & { readonly cpuMs: number }> {
  const timed = ["bash", "-c", 'TIMEFORMAT="%3U %3S"; time "$0" "$@" 2>/dev/null'];
  const run = await runOnce({ ...program, environment: { ...program.environment, LC_ALL: "C" } }, timed);
  const seconds = run.stderr.trim().split(" ").map(Number);
  return { ...run, cpuMs: 1000 * seconds.reduce((sum, value) => sum + value, 0) };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

/** Null where GNU time is not installed. `cold`: the program's file is taken out of the page cache first, and nothing else is. */
export async function readFootprint(program: Program, cache: "warm" | "cold"): Promise<Footprint | null> {
  if (!existsSync(GNU_TIME)) return null;
  if (cache === "cold") evict(program.argv[0] ?? "");
  const folder = mkdtempSync(join(tmpdir(), "parbake-bench-"));
  try {
    const output = join(folder, "time");
    await timeRun(program, [GNU_TIME, "--format", "%M %R %F %I", "--output", output]);
    // The last in blocks of 512 bytes.
    const [residentKiB = NaN, minorFaults = NaN, majorFaults = NaN, readBlocks = NaN] = readFileSync(output, "utf8")
      .trim()
      .split(" ")
      .map(Number);
    return { residentBytes: residentKiB * 1024, minorFaults, majorFaults, readBytes: readBlocks * 512 };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** posix_fadvise(POSIX_FADV_DONTNEED) on the whole file, by way of dd. */
export function evict(file: string): void {
  const argv = [`of=${file}`, "oflag=nocache", "conv=notrunc,fdatasync", "count=0", "status=none"];
  const { status } = spawnSync("dd", argv);
  if (status !== 0) throw new Error(`dd could not evict ${file}`);
}
