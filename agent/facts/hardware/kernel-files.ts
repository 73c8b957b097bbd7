// Reads the small files of /proc and /sys below a root. Never fails on one that is missing: the kernel has it or it has not.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { errnoOf } from "../../host/file-error.ts";

export interface KernelFiles {
  /** Trimmed text, or null where the file is not there or gives nothing. */
  read(path: string): string | null;
  /** The raw bytes, or null. */
  readBytes(path: string): Buffer | null;
  /** Names in a folder, sorted; none where there is no such folder. */
  list(path: string): string[];
}

export function openKernelFiles(root: string): KernelFiles {
  const readBytes = (path: string): Buffer | null => orNull(() => readFileSync(join(root, path)));
  return {
    readBytes,
    read: (path) => readBytes(path)?.toString("utf8").trim() || null,
    list: (path) => orNull(() => readdirSync(join(root, path)).toSorted()) ?? [],
  };
}

// What the kernel says when a file is absent, hidden from this process, or belongs to a device without that property.
const NO_SUCH_FACT: ReadonlySet<string | null> = new Set([
  "ENOENT",
  "ENOTDIR",
  "EACCES",
  "EPERM",
  "EINVAL",
  "ENODEV",
  "ENXIO",
  "EIO",
  "EOPNOTSUPP",
]);

function orNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (NO_SUCH_FACT.has(errnoOf(error))) return null;
    throw error;
  }
}
