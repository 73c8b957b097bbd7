// Removes one name, if it is there.

import { rmdirSync, unlinkSync } from "node:fs";
import { errnoOf } from "../file-error.ts";

// Never a folder. Not rmSync: its errors are not those of the system call.
export function removeIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
  }
}

/** Somebody who uses it by now keeps it. */
export function removeFolderIfEmpty(path: string): void {
  try {
    rmdirSync(path);
  } catch (error) {
    if (errnoOf(error) !== "ENOTEMPTY" && errnoOf(error) !== "ENOENT") throw error;
  }
}
