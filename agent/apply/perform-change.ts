// Makes one change, takes it back or finishes it, told by what is on the disk and not by what this process remembers: a run
// that was killed anywhere is taken back by the same code as one that failed.

import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  renameSync,
  unlinkSync,
} from "node:fs";
import { basename, dirname } from "node:path";
import type { Change } from "./change.ts";
import { setAttributes } from "./change-attributes.ts";
import { commitFlip, prepareFlip, settleFlip, undoFlip } from "./flip-generation.ts";
import { entryOf, inEntry, inFolder, isMissingFolder, type Folder } from "./folder.ts";
import type { Attributes } from "./read-current.ts";
import { removeFolderIfEmpty, removeIfThere } from "./remove-file.ts";

/** Keeps hold of the old file. What cannot be replaced (immutable, mounted) is refused here, before anything is. */
export function prepareChange(root: string, change: Change): void {
  // Not when it is staged: a link changes the old file's ctime, and a refused run must not.
  if (change.kind === "generation") inChange(root, change, (folder) => prepareFlip(folder, change));
  if (change.kind !== "update" && change.kind !== "remove") return;
  inChange(root, change, (folder, target) => linkSync(target, entryOf(folder, change.oldName)));
}

export function commitChange(root: string, change: Change): void {
  inChange(root, change, (folder, target) => {
    switch (change.kind) {
      case "create":
      case "update":
        return renameSync(entryOf(folder, change.newName), target);
      case "remove":
        return unlinkSync(target);
      case "make-folder":
        return;
      case "attributes":
        return mend(target, change.new);
      case "generation":
        return commitFlip(folder, change);
    }
  });
}

/** Leaves the old file as it was, and nothing else of ours. Right at any moment, and once more; a file that somebody else put
 * there meanwhile stays. */
export function undoChange(root: string, change: Change): void {
  inChangeIfThere(root, change, (folder, target) => {
    switch (change.kind) {
      case "create":
        if (inodeOf(target) === change.newInode) unlinkSync(target);
        return drop(folder, change.newName);
      case "update":
        putBack(folder, target, change.oldName, change.newInode);
        return drop(folder, change.newName);
      case "remove":
        return putBack(folder, target, change.oldName, null);
      case "make-folder":
        return inodeOf(target) === change.newInode ? removeFolderIfEmpty(target) : undefined;
      case "attributes":
        return inodeOf(target) === null ? undefined : mend(target, change.old);
      case "generation":
        return undoFlip(folder, change);
    }
  });
}

/** Drops what was kept to take the change back. */
export function settleChange(root: string, change: Change): void {
  if (change.kind === "generation") inChangeIfThere(root, change, (folder) => settleFlip(folder, change));
  if (change.kind !== "update" && change.kind !== "remove") return;
  inChangeIfThere(root, change, (folder) => drop(folder, change.oldName));
}

/** Makes the changes' names durable, each folder once; `attributes` are durable already. */
export function syncFolders(root: string, changes: readonly Change[]): void {
  const byFolder = new Map(changes.map((change) => [dirname(change.path), change]));
  for (const change of byFolder.values()) inChangeIfThere(root, change, syncFolder);
}

export function syncFolder(folder: Folder): void {
  const fd = openSync(entryOf(folder, "."), constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

// A rename between two links of one file does nothing at all, so the swap that did not happen is told apart.
function putBack(folder: Folder, target: string, oldName: string, newInode: string | null): void {
  const old = entryOf(folder, oldName);
  const [oldInode, current] = [inodeOf(old), inodeOf(target)];
  if (oldInode === null) return;
  if (current === null || current === newInode) renameSync(old, target);
  else unlinkSync(old);
}

function mend(target: string, attributes: Attributes): void {
  const fd = openSync(target, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    if (!fstatSync(fd).isFile() && !fstatSync(fd).isDirectory()) return;
    if (setAttributes(fd, attributes)) fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function drop(folder: Folder, name: string): void {
  removeIfThere(entryOf(folder, name));
}

function inodeOf(path: string): string | null {
  return lstatSync(path, { bigint: true, throwIfNoEntry: false })?.ino.toString() ?? null;
}

function inChange<T>(root: string, { path, trust }: Change, work: (folder: Folder, target: string) => T): T {
  return inFolder(root, dirname(path), trust, (folder) =>
    inEntry(folder, basename(path), () => work(folder, entryOf(folder, basename(path)))),
  );
}

// A folder that is gone, as those of the secrets are after a reboot, took our files with it.
function inChangeIfThere(root: string, change: Change, work: (folder: Folder, target: string) => void): void {
  try {
    inChange(root, change, work);
  } catch (error) {
    if (!isMissingFolder(error)) throw error;
  }
}
