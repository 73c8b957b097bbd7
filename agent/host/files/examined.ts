// Opens what parbake inspects, and changes owner and mode by that descriptor, never by a name: whoever may write to the
// folder can give the name to another file meanwhile.

import { closeSync, constants, fstatSync, fsyncSync, openSync } from "node:fs";
import type { Attributes } from "../attributes.ts";
import { errnoOf } from "../file-error.ts";
import { entryOf, O_PATH, type Folder } from "../folder.ts";
import { isExamined } from "./identity.ts";
import { setAttributes } from "./set-attributes.ts";

/** Whatever has that name: a symlink itself, and nothing happens to a device or a pipe. For its attributes only. Null: nothing has. */
export function openEntry(folder: Folder, name: string): number | null {
  try {
    return openSync(entryOf(folder, name), O_PATH | constants.O_NOFOLLOW);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return null;
    throw error;
  }
}

/** The very file or folder that openEntry opened, for reading. */
export function reopen(fd: number): number {
  return openSync(`/proc/self/fd/${fd}`, constants.O_RDONLY | constants.O_NONBLOCK);
}

/** Sets owner and mode of a file or folder, if it is still the one that was inspected. Returns whether it is. */
export function setIfExamined(folder: Folder, name: string, identity: string, wanted: Attributes): boolean {
  const fd = openEntry(folder, name);
  if (fd === null) return false;
  try {
    if (!isExamined(fstatSync(fd, { bigint: true }), identity)) return false;
    setDurably(fd, wanted);
    return true;
  } finally {
    closeSync(fd);
  }
}

/** @param examinedFd of openEntry */
export function setDurably(examinedFd: number, wanted: Attributes): void {
  const fd = reopen(examinedFd);
  try {
    if (setAttributes(fd, wanted)) fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
