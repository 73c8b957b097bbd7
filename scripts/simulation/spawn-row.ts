// A boot in a process of its own, with its own network, mounts and cgroup: what goes wrong in it meets nothing else, and nothing of it
// is left.

import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { text } from "node:stream/consumers";
import type { Job, NotBooted, Result } from "./boot-row.ts";
import { removeCgroup } from "./cgroup.ts";

/** With the names of their cgroups. */
const booting = new Map<ChildProcess, string>();

/** @param folder where the boot may have files as long as it goes on */
export async function spawnRow(job: Omit<Job, "name" | "work">, folder: string): Promise<Result | NotBooted> {
  const work = mkdtempSync(join(folder, `${job.row}-`));
  const name = `parbake-${basename(work)}`;
  const apart = ["--pdeathsig=KILL", "--", "unshare", "--net", "--mount", "--propagation=private", "--"];
  const child = spawn("setpriv", [...apart, process.execPath, join(import.meta.dirname, "boot-row.ts")]);
  booting.set(child, name);
  child.stdin.end(JSON.stringify({ ...job, name, work } satisfies Job));
  const [said, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  booting.delete(child);
  removeCgroup(name);
  removeFolder(work);
  if (said === "") throw new Error(`${job.row}: ${errors.trim()}`);
  return JSON.parse(said);
}

/** Has no machine and no file outlive a signal. */
export function endOnSignals(folder: string): void {
  const signals = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const;
  for (const [signal, number] of Object.entries(signals))
    process.once(signal, () => {
      for (const child of booting.keys()) child.kill("SIGKILL");
      for (const name of booting.values()) removeCgroup(name);
      removeFolder(folder);
      process.exit(128 + number);
    });
}

/** What has just been killed in there may still be ending. */
export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}
