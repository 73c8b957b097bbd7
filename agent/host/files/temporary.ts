// The names of the files that are there only during a run, and the removal of those that a killed run left. Never removes
// a file of any other name.

import { randomBytes } from "node:crypto";
import { readdirSync } from "node:fs";
import { errnoOf } from "../file-error.ts";
import { entryOf, type Folder } from "../folder.ts";
import { removeIfThere } from "./remove-file.ts";

const TEMPORARY = /^\.(.*)\.parbake-tmp\.[0-9a-f]{16}$/;

// The leading dot keeps it out of every `*.conf` of an include; the tail is what removeLeftovers looks for.
export function temporaryName(name: string): string {
  // 255 bytes is the longest name of every Linux file system; the target's own may be that long already.
  const start = Buffer.from(name).subarray(0, 200).toString("utf8").replaceAll("\uFFFD", "");
  return `.${start}.parbake-tmp.${randomBytes(8).toString("hex")}`;
}

/** Removes the temporary files of runs that were killed. Only for the holder of the lock: to another run they are in use. */
export function removeLeftovers(folder: Folder): void {
  for (const name of readdirSync(entryOf(folder, "."))) if (TEMPORARY.test(name)) removeTemporary(folder, name);
}

/** A folder of that name is not ours and stays: whoever may write here could make one, and must not stop every run with it. */
export function removeTemporary(folder: Folder, name: string): void {
  try {
    removeIfThere(entryOf(folder, name));
  } catch (error) {
    if (errnoOf(error) !== "EISDIR") throw error;
  }
}

export function isTemporaryName(name: unknown): name is string {
  return typeof name === "string" && TEMPORARY.test(name) && !name.includes("/");
}

/** The name that a temporary file is to get, but for one longer than temporaryName keeps; of any other file its own. */
export function finalName(name: string): string {
  return TEMPORARY.exec(name)?.[1] ?? name;
}
