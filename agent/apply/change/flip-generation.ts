// Makes a new generation of secrets the current one, takes that back, or finishes it: told by what is on the disk alone. Never
// writes a file's content.

import { linkSync, lstatSync, readdirSync, renameSync, symlinkSync, unlinkSync } from "node:fs";
import type { GenerationFlip, Replaced } from "./change.ts";
import { errnoOf } from "../../host/file-error.ts";
import { entryOf, type Folder } from "../../host/folder.ts";
import {
  DATA,
  isFolder,
  isStableLink,
  isThere,
  linkTextOf,
  listGenerations,
  listStableLinks,
  readGeneration,
  readPointer,
} from "./generation-layout.ts";
import { removeIfThere } from "../../host/files/remove-file.ts";
import { removeTree } from "../../host/files/remove-tree.ts";
import { isTemporaryName } from "../../host/files/temporary.ts";

/** Everything but the flip itself: nothing of it shows a reader anything that was not there before. */
export function prepareFlip(folder: Folder, flip: GenerationFlip): void {
  // They lead nowhere until the flip.
  for (const name of flip.newLinks) symlinkSync(linkTextOf(name), entryOf(folder, name));
  for (const { name, linkName, keptName } of flip.replaced) {
    symlinkSync(linkTextOf(name), entryOf(folder, linkName));
    // A file keeps its name until the link takes it; a folder can't.
    if (!isFolder(folder, name)) linkSync(entryOf(folder, name), entryOf(folder, keptName));
  }
  if (flip.newGeneration !== null) symlinkSync(flip.newGeneration, entryOf(folder, flip.linkName));
}

export function commitFlip(folder: Folder, flip: GenerationFlip): void {
  const data = entryOf(folder, DATA);
  if (flip.newGeneration === null) unlinkSync(data);
  else renameSync(entryOf(folder, flip.linkName), data);
  for (const { name, linkName, keptName } of flip.replaced) {
    if (isFolder(folder, name)) renameSync(entryOf(folder, name), entryOf(folder, keptName));
    renameSync(entryOf(folder, linkName), entryOf(folder, name));
  }
}

/** Right at any moment, and once more. */
export function undoFlip(folder: Folder, flip: GenerationFlip): void {
  for (const one of flip.replaced.toReversed()) putBack(folder, one);
  const current = readPointer(folder);
  const isFlipped = current === flip.newGeneration;
  // After a reboot neither is there, and a link to it would lead nowhere.
  if (isFlipped && flip.oldGeneration !== null && isThere(folder, flip.oldGeneration))
    pointAt(folder, flip.oldGeneration, flip.linkName);
  else if (isFlipped && current !== null) unlinkSync(entryOf(folder, DATA));
  removeIfThere(entryOf(folder, flip.linkName));
  for (const name of flip.newLinks) if (isStableLink(folder, name)) unlinkSync(entryOf(folder, name));
  if (flip.newGeneration !== null) removeTree(folder, flip.newGeneration);
}

/** Removes what only the old generation had, and it itself. */
export function settleFlip(folder: Folder, flip: GenerationFlip): void {
  removeIfThere(entryOf(folder, flip.linkName));
  for (const name of flip.deadLinks) if (isStableLink(folder, name)) unlinkSync(entryOf(folder, name));
  for (const { keptName, linkName } of flip.replaced) {
    removeIfThere(entryOf(folder, linkName));
    removeTree(folder, keptName);
  }
  if (flip.oldGeneration !== null && readPointer(folder) !== flip.oldGeneration) removeTree(folder, flip.oldGeneration);
}

/** Removes what runs that were killed before they had a journal left, and the links into a generation that somebody removed.
 * Only for the holder of the lock, with no journal there. */
export function sweepGenerations(folder: Folder): void {
  const current = readGeneration(folder);
  if (current === null) removeLinks(folder);
  for (const name of listGenerations(folder)) if (name !== current) removeTree(folder, name);
  for (const name of readdirSync(entryOf(folder, "."))) if (isTemporaryName(name)) removeTree(folder, name);
}

// Without a generation they lead nowhere: no reader can tell.
function removeLinks(folder: Folder): void {
  if (readPointer(folder) !== null) unlinkSync(entryOf(folder, DATA));
  for (const name of listStableLinks(folder)) unlinkSync(entryOf(folder, name));
}

function pointAt(folder: Folder, generation: string, linkName: string): void {
  removeIfThere(entryOf(folder, linkName));
  symlinkSync(generation, entryOf(folder, linkName));
  renameSync(entryOf(folder, linkName), entryOf(folder, DATA));
}

function putBack(folder: Folder, { name, keptName, linkName }: Replaced): void {
  removeIfThere(entryOf(folder, linkName));
  if (!isThere(folder, keptName)) return;
  // Two names of one file: the link never took its place, and a rename between them would do nothing.
  if (inodeOf(folder, name) === inodeOf(folder, keptName)) return unlinkSync(entryOf(folder, keptName));
  if (isStableLink(folder, name) && isFolder(folder, keptName)) unlinkSync(entryOf(folder, name));
  renameSync(entryOf(folder, keptName), entryOf(folder, name));
}

function inodeOf(folder: Folder, name: string): bigint | null {
  try {
    return lstatSync(entryOf(folder, name), { bigint: true }).ino;
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
    return null;
  }
}
