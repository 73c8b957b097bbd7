// Runs a program to its end.

import { execFile } from "node:child_process";

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly timeoutMs?: number;
}

/** What it printed, trimmed. @throws Error with all that it said, where its status is not 0 */
export function run([program = "", ...words]: readonly string[], options: RunOptions = {}): Promise<string> {
  const { timeoutMs = 1_800_000, ...rest } = options;
  return new Promise((resolve, reject) => {
    execFile(program, words, { ...rest, timeout: timeoutMs, maxBuffer: 1 << 28 }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${program} ${words.join(" ")}: ${error.message}\n${stdout}${stderr}`));
      else resolve(stdout.trim());
    });
  });
}
