// A cgroup for each boot: systemd-nspawn has its machine in the one that it is started in, and of two machines in the same one
// each would remove what the other runs in.

import { type Dirent, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A tenth of a second each. */
const MOST_TRIES = 300;

/** Puts this process into a new one below its own, and with it all that it starts. */
export function enterCgroup(name: string): void {
  for (const parent of listOwn()) {
    mkdirSync(join(parent, name));
    writeFileSync(join(parent, name, "cgroup.procs"), String(process.pid));
  }
}

/**
 * With all that is still in it. The machine's PID 1 is not nspawn's child for ever: where nspawn is killed, it may live on.
 */
export function removeCgroup(name: string): void {
  const folders = listOwn().map((parent) => join(parent, name));
  for (let left = MOST_TRIES; left > 0; left -= 1)
    try {
      return folders.forEach(removeFolder);
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EBUSY")) throw error;
      folders.forEach(killAll);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
    }
}

function killAll(folder: string): void {
  for (const entry of readFolder(folder)) if (entry.isDirectory()) killAll(join(folder, entry.name));
  try {
    const pids = readFileSync(join(folder, "cgroup.procs"), "utf8")
      .split("\n")
      .filter((pid) => pid !== "");
    for (const pid of pids.map(Number)) if (pid > 0) process.kill(pid, "SIGKILL");
  } catch {
    // The process, or the folder, is gone.
  }
}

/** Where systemd keeps its units: in cgroup2, and where that is not all, in its own hierarchy of version 1. */
function listOwn(): string[] {
  const paths = readFileSync("/proc/self/cgroup", "utf8").matchAll(/^\d+:(|name=systemd):(.*)$/gm);
  return [...paths].flatMap(([, kind = "", path = ""]) => {
    const mount = findMount(kind);
    return mount === null ? [] : [join(mount, path)];
  });
}

/** `kind` as /proc/self/cgroup has it: empty for cgroup2. */
function findMount(kind: string): string | null {
  const mounts = readFileSync("/proc/self/mountinfo", "utf8").split("\n");
  const found = mounts.find((line) =>
    kind === "" ? line.includes(" - cgroup2 ") : line.includes(" - cgroup ") && line.includes(kind),
  );
  return found?.split(" ")[4] ?? null;
}

function removeFolder(folder: string): void {
  const entries = readFolder(folder);
  if (entries.length === 0) return;
  for (const entry of entries) if (entry.isDirectory()) removeFolder(join(folder, entry.name));
  rmdirSync(folder);
}

/** Empty where there is none: every cgroup has files. */
function readFolder(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
