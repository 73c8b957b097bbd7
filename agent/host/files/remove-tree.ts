// Removes a folder and all that is in it. Follows no symlink, and never leaves the file system's own errors unnamed.

import { closeSync, constants, lstatSync, openSync, readdirSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { errnoOf } from "../file-error.ts";
import { entryOf, type Folder } from "../folder.ts";
import { removeIfThere } from "./remove-file.ts";

/** Whatever is there of that name; nothing is as good. */
export function removeTree(parent: Folder, name: string): void {
  const path = entryOf(parent, name);
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return;
  if (!stats.isDirectory()) return removeIfThere(path);
  const fd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    const folder = { ...parent, fd, shownPath: join(parent.shownPath, name) };
    for (const child of readdirSync(entryOf(folder, "."))) removeTree(folder, child);
  } finally {
    closeSync(fd);
  }
  try {
    rmdirSync(path);
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
  }
}
