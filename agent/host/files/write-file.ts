// Writes a file's new content beside its target, ready to be swapped in by a rename: never more readable than it should be.

import { closeSync, constants, fchmodSync, fchownSync, fstatSync, fsyncSync, openSync, writeFileSync } from "node:fs";
import { entryOf, type Folder } from "../folder.ts";
import type { Wanted } from "./read-current.ts";
import { removeIfThere } from "./remove-file.ts";
import { describeWritten, type WrittenFile } from "./written-file.ts";

/** Sees the new file while it is empty, with the owner that it will have and closed to everybody else. */
export type Dress = (fd: number) => void;

/** Leaves nothing where it fails. */
export function writeNew(folder: Folder, name: string, wanted: Wanted, dress: Dress | null = null): WrittenFile {
  const path = entryOf(folder, name);
  const fd = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
  try {
    if (dress !== null) {
      chownIfNeeded(fd, wanted);
      dress(fd);
    }
    fill(fd, wanted);
    return describeWritten(fd, wanted.path, wanted.bytes);
  } catch (error) {
    removeIfThere(path);
    throw error;
  } finally {
    closeSync(fd);
  }
}

// Nobody but us may read it until owner and group are right: chown first, for it clears setuid and must not hand the
// group bits to the wrong group; then chmod, because open's mode is cut by the umask.
function fill(fd: number, wanted: Wanted): void {
  writeFileSync(fd, wanted.bytes);
  chownIfNeeded(fd, wanted);
  fchmodSync(fd, wanted.mode);
  fsyncSync(fd);
}

/** As a user that is not root may: no call where nothing changes. */
function chownIfNeeded(fd: number, wanted: Wanted): void {
  const { uid, gid } = fstatSync(fd);
  if (uid !== wanted.uid || gid !== wanted.gid) fchownSync(fd, wanted.uid, wanted.gid);
}
