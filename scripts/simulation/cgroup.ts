// A cgroup for each boot: systemd-nspawn has its machine in the one that it is started in, and of two machines in the same one
// each would remove what the other runs in.

import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Puts this process into a new one below its own, and with it all that it starts. */
export function enterCgroup(name: string): void {
  for (const parent of listOwn()) {
    mkdirSync(join(parent, name));
    writeFileSync(join(parent, name, "cgroup.procs"), String(process.pid));
  }
}

/** Of a process that this one has started, and that has ended; what it ran may take a moment longer. */
export function removeCgroup(name: string): void {
  for (let left = 50; left > 0; left -= 1)
    try {
      return listOwn().forEach((parent) => removeFolder(join(parent, name)));
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EBUSY")) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
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
  let entries;
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch {
    return; // It is not there.
  }
  for (const entry of entries) if (entry.isDirectory()) removeFolder(join(folder, entry.name));
  rmdirSync(folder);
}
