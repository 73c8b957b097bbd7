// Measures one run of a program: its time, its memory, and its page reads when nothing of it is cached.

import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ScratchImage } from "../../test/binary/support/scratch-image.ts";

export interface Program {
  readonly argv: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  /** A fresh machine for each run, given as `--root`. */
  readonly bakeImage?: () => ScratchImage;
}

const GNU_TIME = "/usr/bin/time";

/** @throws Error if it doesn't end with 0 */
export async function timeRun(
  { argv, environment, bakeImage }: Program,
  prefix: readonly string[] = [],
): Promise<number> {
  const image = bakeImage?.();
  const [command = "", ...rest] = [...prefix, ...argv, ...(image ? ["--root", image.root] : [])];
  try {
    const startMs = performance.now();
    const child = spawn(command, rest, { env: environment, stdio: ["ignore", "ignore", "pipe"] });
    let wallMs = 0;
    child.once("exit", () => (wallMs = performance.now() - startMs));
    let stderr = "";
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    const status = await new Promise((resolve) => child.once("close", resolve));
    if (status !== 0) throw new Error(`${command} ended with ${String(status)}: ${stderr}`);
    return wallMs;
  } finally {
    image?.remove();
  }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

/** `cold`: evicts the program's file from the page cache first, and nothing else. */
export async function readFootprint(program: Program, cache: "warm" | "cold"): Promise<string> {
  if (!existsSync(GNU_TIME)) return `${cache}: not measured, GNU time is not installed`;
  if (cache === "cold") evict(program.argv[0] ?? "");
  const folder = mkdtempSync(join(tmpdir(), "parbake-bench-"));
  try {
    const output = join(folder, "time");
    await timeRun(program, [GNU_TIME, "--format", "%M %F %I", "--output", output]);
    // The last in blocks of 512 bytes.
    const [rssKiB = NaN, majorFaults = NaN, readBlocks = NaN] = readFileSync(output, "utf8")
      .trim()
      .split(" ")
      .map(Number);
    return cache === "warm"
      ? `${Math.round(rssKiB / 1024)} MiB resident`
      : `cold: ${(readBlocks / 2048).toFixed(1)} MiB read in ${majorFaults} major faults`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

// posix_fadvise(POSIX_FADV_DONTNEED) on the whole file, by way of dd.
function evict(file: string): void {
  const argv = [`of=${file}`, "oflag=nocache", "conv=notrunc,fdatasync", "count=0", "status=none"];
  const { status } = spawnSync("dd", argv);
  if (status !== 0) throw new Error(`dd could not evict ${file}`);
}
