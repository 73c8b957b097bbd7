// Makes a declared folder, or mends its owner and mode. Never removes one.
//
// Unlike a file's, the change is made when it is staged: the new content of the files in it lies there until the swap, and
// must not lie where others may write. A run that fails takes it back.

import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  rmdirSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { Refusal } from "../refusal.ts";
import type { Change } from "./change.ts";
import { setAttributes } from "./change-attributes.ts";
import { errnoOf } from "./file-error.ts";
import { entryOf, explainEntryError, inFolder, type Folder, type Trust } from "./folder.ts";
import { readCurrentFolder, sameAttributes, type Attributes } from "./read-current.ts";
import { unchanged, type StagedChange } from "./staged-change.ts";

export interface WantedFolder extends Attributes {
  /** Absolute, as the booted machine sees it. */
  readonly path: string;
}

/** Refuses what is in its way: a symlink, a file. */
export function stageFolder(root: string, { path, uid, gid, mode }: WantedFolder, trust: Trust): StagedChange {
  const wanted = { uid, gid, mode };
  return inFolder(root, dirname(path), trust, (parent) => {
    const name = basename(path);
    const current = readCurrentFolder(parent, name);
    if (current !== null && sameAttributes(current, wanted)) return unchanged(path);
    try {
      const change: Change =
        current === null
          ? { kind: "make-folder", path, trust, newInode: makeFolder(parent, name, wanted) }
          : { kind: "attributes", path, trust, old: current, new: mendFolder(parent, name, wanted) };
      return { path, stagedPath: null, difference: current === null ? "create" : "attributes", change };
    } catch (error) {
      throw explainFolderError(error, parent, name, mode);
    }
  });
}

// Nobody but us gets in before owner and mode are right.
function makeFolder(parent: Folder, name: string, wanted: Attributes): string {
  const path = entryOf(parent, name);
  mkdirSync(path, 0o700);
  try {
    return withFolder(path, (fd) => {
      const stats = fstatSync(fd, { bigint: true });
      if (Number(stats.uid) !== wanted.uid || Number(stats.gid) !== wanted.gid) fchownSync(fd, wanted.uid, wanted.gid);
      // Always: a new folder in a setgid folder has that bit, and umask and default ACL have their say too.
      fchmodSync(fd, wanted.mode);
      return stats.ino.toString();
    });
  } catch (error) {
    rmdirSync(path);
    throw error;
  }
}

function mendFolder(parent: Folder, name: string, wanted: Attributes): Attributes {
  withFolder(entryOf(parent, name), (fd) => setAttributes(fd, wanted));
  return wanted;
}

function withFolder<T>(path: string, work: (fd: number) => T): T {
  const fd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    const result = work(fd);
    fsyncSync(fd);
    return result;
  } finally {
    closeSync(fd);
  }
}

function explainFolderError(error: unknown, parent: Folder, name: string, mode: number): unknown {
  if (errnoOf(error) !== "EPERM" || (mode & 0o6000) === 0) return explainEntryError(error, parent, name);
  const what = `${join(parent.shownPath, name)} may not get the mode 0${mode.toString(8)}`;
  const fix =
    "RestrictSUIDSGID= of parbake.service forbids setuid and setgid bits: set it to no, or leave the bit out.";
  return new Refusal("permission", { what, fix }, { cause: error });
}
