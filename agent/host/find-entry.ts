// What there is of one name in a folder, without following it.

import { lstatSync, readlinkSync } from "node:fs";
import { errnoOf } from "./file-error.ts";
import { entryOf, type Folder } from "./folder.ts";

export function isThere(folder: Folder, name: string): boolean {
  return lstatSync(entryOf(folder, name), { throwIfNoEntry: false }) !== undefined;
}

export function isFolder(folder: Folder, name: string): boolean {
  return lstatSync(entryOf(folder, name), { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** Null: there is no symlink of that name. */
export function readLink(folder: Folder, name: string): string | null {
  try {
    return readlinkSync(entryOf(folder, name));
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "EINVAL") return null;
    throw error;
  }
}
