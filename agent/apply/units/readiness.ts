// Which units have all that they need of parbake: one empty file for each below /run/parbake/ready, and `all` once a whole run
// has ended well. parbake-ready@.service looks for them. No mark is removed before the machine reboots, because what a unit needs
// stays in place where a later run fails; but for those of a run that nobody has confirmed.

import { closeSync, constants, lstatSync, openSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { removeIfThere } from "../../host/files/remove-file.ts";
import { entryOf, inEntry, inFolder, inFolderIfThere, TRUST_NOBODY_ELSE, type Folder } from "../../host/folder.ts";
import { makeFolders } from "../../host/make-folders.ts";
import { resolveInRoot } from "../../host/resolve-in-root.ts";
import { templateOf } from "../../names/unit-name.ts";
import { RUN_FOLDER } from "../state/own-folders.ts";

const FOLDER = `${RUN_FOLDER}/ready`;
/** No unit is called so: their names have a suffix. */
const ALL = "all";

// Not through a symlink, and without waiting for whoever reads a FIFO.
const MARK = constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK;

export function markAllReady(root: string): void {
  markReady(root, [ALL]);
}

export function markReady(root: string, units: readonly string[]): void {
  makeFolders(root, "/", FOLDER, 0o755);
  inFolder(root, FOLDER, TRUST_NOBODY_ELSE, (folder) => {
    for (const unit of units) leaveMark(folder, unit);
  });
}

/** An empty file, which every user may see. */
function leaveMark(folder: Folder, name: string): void {
  inEntry(folder, name, () => closeSync(openSync(entryOf(folder, name), MARK, 0o644)));
}

export function isReady(root: string, unit: string): boolean {
  return isMarked(root, [ALL, unit, templateOf(unit)]);
}

/** Whether a run said so of the unit by its own name, or its template's. */
export function isReadyByName(root: string, unit: string): boolean {
  return isMarked(root, [unit, templateOf(unit)]);
}

function isMarked(root: string, names: readonly (string | null)[]): boolean {
  return names.some((name) => name !== null && isMarker(resolveInRoot(root, FOLDER), name));
}

// What is no plain file parbake did not make.
function isMarker(folder: string, name: string): boolean {
  return lstatSync(join(folder, name), { throwIfNoEntry: false })?.isFile() ?? false;
}

/** The marks that are there. */
export function listMarks(root: string): string[] {
  return inFolderIfThere(root, FOLDER, TRUST_NOBODY_ELSE, listNames)?.toSorted() ?? [];
}

/** Removes all others. */
export function keepMarks(root: string, kept: ReadonlySet<string>): void {
  inFolderIfThere(root, FOLDER, TRUST_NOBODY_ELSE, (folder) => {
    const others = listNames(folder).filter((name) => !kept.has(name));
    for (const name of others) inEntry(folder, name, () => removeIfThere(entryOf(folder, name)));
  });
}

function listNames(folder: Folder): string[] {
  return readdirSync(entryOf(folder, "."));
}
