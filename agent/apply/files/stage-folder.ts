// Makes a declared folder, or fixes its owner and mode. Never removes one.
//
// Unlike a file's, the change is made when it is staged: the new content of the files in it lies there until the swap, and
// must not lie where others may write. A run that fails takes it back.

import { closeSync, fchmodSync, fchownSync, fstatSync, fsyncSync, mkdirSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { sameAttributes, type Attributes } from "../../host/attributes.ts";
import { errnoOf } from "../../host/file-error.ts";
import { changedMeanwhile } from "../../host/files/changed-meanwhile.ts";
import { cleaningUp } from "../../host/files/cleaning-up.ts";
import { openEntry, reopen, setDurably } from "../../host/files/examined.ts";
import { attributesOf, readCurrentFolder } from "../../host/files/read-current.ts";
import { removeFolderIfEmpty } from "../../host/files/remove-file.ts";
import { NOTHING_WRITTEN } from "../../host/files/written-file.ts";
import { entryOf, explainEntryError, inFolder, isMissingFolder, type Folder, type Trust } from "../../host/folder.ts";
import { ownUid } from "../../host/own-ids.ts";
import { Refusal, type Problem } from "../../refusal.ts";
import type { Change } from "../change/change.ts";
import { attributesChange } from "./stage-file.ts";
import { unchanged, type StagedChange } from "./staged.ts";

interface WantedFolder extends Attributes {
  /** Absolute, as the booted machine sees it. */
  readonly path: string;
}

/** What was there before any folder was touched. */
export interface InspectedFolder {
  /** Null: nothing was. */
  readonly inode: string | null;
  /** Who else could have put it there: see Folder. */
  readonly exposure: string | null;
}

/** Before the first folder is made or fixed: a folder that is given to its user with this run was root's until now. */
export function inspectFolder(root: string, path: string, trust: Trust): InspectedFolder {
  try {
    return inFolder(root, dirname(path), trust, (parent) => {
      const current = readCurrentFolder(parent, basename(path));
      return { inode: current?.inode ?? null, exposure: parent.exposure };
    });
  } catch (error) {
    if (!isMissingFolder(error)) throw error;
    return { inode: null, exposure: null };
  }
}

/** Refuses a symlink or a file in its place, and what is no longer what inspectFolder saw. */
export function stageFolder(
  root: string,
  wanted: WantedFolder,
  trust: Trust,
  look = inspectFolder(root, wanted.path, trust),
): StagedChange {
  const { path, mode } = wanted;
  return inFolder(root, dirname(path), trust, (parent) => {
    try {
      return look.inode === null
        ? make(parent, wanted, trust)
        : fixAttributes(parent, wanted, trust, look.inode, look.exposure);
    } catch (error) {
      throw explainFolderError(error, parent, basename(path), mode);
    }
  });
}

function make(parent: Folder, wanted: WantedFolder, trust: Trust): StagedChange {
  const { path } = wanted;
  const name = basename(path);
  try {
    // Nobody but us gets in before owner and mode are right.
    mkdirSync(entryOf(parent, name), 0o700);
  } catch (error) {
    throw errnoOf(error) === "EEXIST" ? changedMeanwhile(parent, name) : error;
  }
  const newInode = cleaningUp(
    () => dressNew(parent, name, wanted),
    () => removeFolderIfEmpty(entryOf(parent, name)),
  );
  const change: Change = { kind: "make-folder", path, trust, newInode };
  return { path, stagedPath: null, difference: "create", change, written: NOTHING_WRITTEN };
}

function dressNew(parent: Folder, name: string, wanted: Attributes): string {
  return inExamined(parent, name, (examined) => {
    const stats = fstatSync(examined, { bigint: true });
    // Whoever may write to the parent may have put another in its place by now.
    if (parent.exposure !== null && (Number(stats.uid) !== ownUid() || !isEmpty(examined)))
      throw changedMeanwhile(parent, name);
    const fd = reopen(examined);
    try {
      if (Number(stats.uid) !== wanted.uid || Number(stats.gid) !== wanted.gid) fchownSync(fd, wanted.uid, wanted.gid);
      // Always: a new folder in a setgid folder has that bit, and umask and default ACL have their say too.
      fchmodSync(fd, wanted.mode);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    return stats.ino.toString();
  });
}

function fixAttributes(
  parent: Folder,
  wanted: WantedFolder,
  trust: Trust,
  inode: string,
  exposure: string | null,
): StagedChange {
  const name = basename(wanted.path);
  return inExamined(parent, name, (fd) => {
    const stats = fstatSync(fd, { bigint: true });
    if (!stats.isDirectory() || stats.ino.toString() !== inode) throw changedMeanwhile(parent, name);
    const current = attributesOf(stats);
    if (sameAttributes(current, wanted)) return unchanged(wanted.path);
    const problem = findGift({ ...parent, exposure }, name, current, wanted, () => isEmpty(fd));
    if (problem !== null) throw new Refusal("permission", problem);
    setDurably(fd, wanted);
    const change = attributesChange(wanted, trust, current, inode);
    return { path: wanted.path, stagedPath: null, difference: "attributes", change, written: NOTHING_WRITTEN };
  });
}

/** Why the folder of that name may not get its owner and mode: others could have moved it there to be given what lies in it. */
export function findGift(
  parent: Folder,
  name: string,
  current: Attributes,
  wanted: Attributes,
  isBare = () => readdirSync(entryOf(parent, name)).length === 0,
): Problem | null {
  if (parent.exposure === null || isTheirs(current, wanted) || isBare()) return null;
  const path = join(parent.shownPath, name);
  return {
    what: `the folder ${path} is not empty, belongs to another user, and others could have put it there (${parent.exposure})`,
    fix: `Inspect what is in it, then set its owner and mode by hand, or empty it: ls -la ${path}`,
  };
}

/** Whether the change gives nobody a right that they do not have already. */
function isTheirs(current: Attributes, wanted: Attributes): boolean {
  if (current.uid !== wanted.uid) return false;
  if (current.uid !== 0 && current.uid !== ownUid()) return true;
  return current.gid === wanted.gid && (wanted.mode & ~current.mode) === 0;
}

function isEmpty(fd: number): boolean {
  return readdirSync(`/proc/self/fd/${fd}`).length === 0;
}

function inExamined<T>(parent: Folder, name: string, work: (fd: number) => T): T {
  const fd = openEntry(parent, name);
  if (fd === null) throw changedMeanwhile(parent, name);
  try {
    return work(fd);
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
