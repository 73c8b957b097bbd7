// Sets the owner and mode of an open file, in place: its inode and time of change stay. Never more open than either the old or
// the new mode on the way.

import { fchmodSync, fchownSync, fstatSync } from "node:fs";
import { sameAttributes, type Attributes } from "../attributes.ts";

/** Whether there was anything to set. */
export function setAttributes(fd: number, wanted: Attributes): boolean {
  const { uid, gid, mode } = fstatSync(fd);
  const current = { uid, gid, mode: mode & 0o7777 };
  if (sameAttributes(current, wanted)) return false;
  // Between the two owners it is no more open than both modes allow; the owner before the mode, for chown clears setuid.
  if (uid !== wanted.uid || gid !== wanted.gid) {
    if ((current.mode & wanted.mode) !== current.mode) fchmodSync(fd, current.mode & wanted.mode);
    fchownSync(fd, wanted.uid, wanted.gid);
  }
  fchmodSync(fd, wanted.mode);
  return true;
}
