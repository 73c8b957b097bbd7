// Makes one change, takes it back or finishes it, told by what is on the disk and not by what this process remembers: a run
// that was killed anywhere is taken back by the same code as one that failed. What is not what parbake inspected, or not what it
// wrote, is refused: others may write to the folder.

import { linkSync, lstatSync, renameSync, unlinkSync } from "node:fs";
import { basename, dirname } from "node:path";
import { changedMeanwhile } from "../../host/files/changed-meanwhile.ts";
import { setIfExamined } from "../../host/files/examined.ts";
import { identityOf } from "../../host/files/identity.ts";
import { removeFolderIfEmpty } from "../../host/files/remove-file.ts";
import { removeTemporary } from "../../host/files/temporary.ts";
import {
  describeTampering,
  findReplacement,
  refuseTampered,
  type WrittenFiles,
  NOTHING_WRITTEN,
} from "../../host/files/written-file.ts";
import { entryOf, inEntry, inFolder, isMissingFolder, type Folder } from "../../host/folder.ts";
import { syncFolder } from "../../host/sync-folder.ts";
import { Refusal } from "../../refusal.ts";
import type { Change, Creation, Update } from "./change.ts";
import { commitFlip, prepareFlip, settleFlip, undoFlip } from "./flip-generation.ts";

/** Gives the old file a second name. What cannot be replaced (immutable, mounted) fails here, before any file is replaced. */
export function prepareChange(root: string, change: Change, written: WrittenFiles = NOTHING_WRITTEN): void {
  if (change.kind === "make-folder") return;
  inChange(root, change, (folder, target) => {
    refuseTampered(folder, written);
    switch (change.kind) {
      case "create":
        return refuseAppeared(folder, target);
      case "update":
      case "remove":
        refuseOthers(folder, target, change.seen);
        // Not when it is staged: a link changes the old file's ctime, and a refused run must not.
        return linkSync(target, entryOf(folder, change.oldName));
      case "attributes":
        return refuseOthers(folder, target, change.seen);
      case "generation":
        return prepareFlip(folder, change);
    }
  });
}

export function commitChange(root: string, change: Change, written: WrittenFiles = NOTHING_WRITTEN): void {
  inChange(root, change, (folder, target) => {
    // Once more: others may have had their turn while those before it were swapped.
    refuseTampered(folder, written);
    switch (change.kind) {
      case "create":
      case "update":
        return swap(folder, target, change);
      case "remove":
        return unlinkSync(target);
      case "make-folder":
        return;
      case "attributes":
        if (!setIfExamined(folder, basename(target), change.seen, change.new))
          throw changedMeanwhile(folder, basename(target));
        return;
      case "generation":
        return commitFlip(folder, change);
    }
  });
}

/**
 * Leaves the old file as it was, and nothing else of ours. Idempotent, and right after any step; a file that somebody else put
 * there meanwhile stays.
 * @returns whether the old file is there; false where somebody took away what was kept of it
 */
export function undoChange(root: string, change: Change): boolean {
  let isRestored = true;
  inChangeIfThere(root, change, (folder, target) => {
    switch (change.kind) {
      case "create":
        if (inodeOf(target) === change.newInode) unlinkSync(target);
        return removeTemporary(folder, change.newName);
      case "update":
        isRestored = restore(folder, target, change.oldName, change.newInode);
        return removeTemporary(folder, change.newName);
      case "remove":
        isRestored = restore(folder, target, change.oldName, null);
        return;
      case "make-folder":
        return inodeOf(target) === change.newInode ? removeFolderIfEmpty(target) : undefined;
      case "attributes":
        setIfExamined(folder, basename(target), change.seen, change.old);
        return;
      case "generation":
        return undoFlip(folder, change);
    }
  });
  return isRestored;
}

/** Whether somebody has put another file in the place of what a change made: to undo it leaves that alone. */
export function isReplaced(root: string, change: Change): boolean {
  if (change.kind !== "create" && change.kind !== "update" && change.kind !== "remove") return false;
  let isAnothers = false;
  inChangeIfThere(root, change, (folder, target) => {
    const current = inodeOf(target);
    const made = change.kind === "remove" ? null : change.newInode;
    // Of one that has not been swapped yet, both names are there.
    const kept = change.kind === "create" ? null : inodeOf(entryOf(folder, change.oldName));
    isAnothers = current !== null && current !== made && current !== kept;
  });
  return isAnothers;
}

/** Drops what was kept to take the change back. */
export function settleChange(root: string, change: Change): void {
  if (change.kind === "generation") inChangeIfThere(root, change, (folder) => settleFlip(folder, change));
  if (change.kind !== "update" && change.kind !== "remove") return;
  inChangeIfThere(root, change, (folder) => removeTemporary(folder, change.oldName));
}

/** Makes the changes' names durable, each folder once; `attributes` are durable already. */
export function syncFolders(root: string, changes: readonly Change[]): void {
  const byFolder = new Map(changes.map((change) => [dirname(change.path), change]));
  for (const change of byFolder.values()) inChangeIfThere(root, change, syncFolder);
}

// A rename is by name, and whoever may write to the folder can give the name to another file after every check: so parbake inspects
// what came into place, too. From then on they may replace it, as after the run.
function swap(folder: Folder, target: string, change: Creation | Update): void {
  if (change.kind === "create") refuseAppeared(folder, target);
  renameSync(entryOf(folder, change.newName), target);
  const how = findReplacement(lstatSync(target, { bigint: true }), change.newInode);
  if (how === null) return;
  if (change.kind === "create") renameSync(target, entryOf(folder, change.newName));
  else restore(folder, target, change.oldName, inodeOf(target));
  throw new Refusal("cannot-write", describeTampering(folder, change.path, how));
}

// A rename between two links of one file does nothing at all, so the swap that did not happen is told apart.
function restore(folder: Folder, target: string, oldName: string, newInode: string | null): boolean {
  const old = entryOf(folder, oldName);
  const kept = lstatSync(old, { bigint: true, throwIfNoEntry: false });
  const current = inodeOf(target);
  const isWanted = current === newInode;
  if (kept?.isFile() !== true) return !isWanted;
  if (current === null || isWanted) renameSync(old, target);
  else unlinkSync(old);
  return true;
}

function refuseAppeared(folder: Folder, target: string): void {
  if (inodeOf(target) !== null) throw changedMeanwhile(folder, basename(target));
}

function refuseOthers(folder: Folder, target: string, seen: string): void {
  const stats = lstatSync(target, { bigint: true, throwIfNoEntry: false });
  if (stats === undefined || identityOf(stats) !== seen) throw changedMeanwhile(folder, basename(target));
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
