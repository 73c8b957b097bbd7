// How large the file systems are that hold some folders. Reads nothing that lies in them.

import { statfsSync } from "node:fs";
import { dirname } from "node:path";
import { errnoOf } from "../../host/file-error.ts";

/** A folder that is not there yet will be in its parent's. Those without a size of their own are left out. */
export function measureFileSystems(folders: readonly string[]): readonly FileSystem[] {
  return folders.map((folder) => ({ folder, sizeBytes: measure(folder) })).filter(({ sizeBytes }) => sizeBytes > 0);
}

function measure(folder: string): number {
  try {
    const { blocks, bsize } = statfsSync(folder);
    return blocks * bsize;
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === null) throw error;
    if (errno === "ENOENT" && folder !== dirname(folder)) return measure(dirname(folder));
    return 0;
  }
}

/** The file system that holds a folder. */
export interface FileSystem {
  readonly folder: string;
  /** All of it, used or not. */
  readonly sizeBytes: number;
}
