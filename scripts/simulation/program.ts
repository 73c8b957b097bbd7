// Runs a program to its end, and waits for a condition; a failure shows what the program said.

import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";

export interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProgramOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly timeoutMs?: number;
}

/** Never rejects for a status other than 0; does for a program that is missing, killed or too slow. */
export function attempt(argv: readonly string[], options: ProgramOptions = {}): Promise<Outcome> {
  const { timeoutMs = 60_000, ...rest } = options;
  return new Promise((resolve, reject) => {
    execFile(argv[0]!, argv.slice(1), { ...rest, timeout: timeoutMs, maxBuffer: 1 << 28 }, (error, stdout, stderr) => {
      if (error && typeof error.code !== "number") reject(new Error(`${argv.join(" ")}: ${error.message}\n${stderr}`));
      else resolve({ status: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}

/** What the program printed, trimmed; rejects with all that it said where its status is not 0. */
export async function run(argv: readonly string[], options: ProgramOptions = {}): Promise<string> {
  const { status, stdout, stderr } = await attempt(argv, options);
  if (status !== 0) throw new Error(`${argv.join(" ")}: status ${status}\n${stdout}${stderr}`);
  return stdout.trim();
}

export async function waitUntil(what: string, timeoutMs: number, condition: () => Promise<boolean>): Promise<void> {
  if (!(await waitFor(timeoutMs, condition))) throw new Error(`waited ${timeoutMs} ms in vain: ${what}`);
}

/** False: the condition did not come in time. */
export async function waitFor(timeoutMs: number, condition: () => Promise<boolean>): Promise<boolean> {
  const endMs = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > endMs) return false;
    await sleep(100);
  }
  return true;
}
