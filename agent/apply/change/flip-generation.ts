// Makes a new generation of secrets the current one, takes that back, or finishes it: told by what is on the disk alone. Never
// writes a file's content. The numbers are those of the list in secrets/stage-generation.ts.

import { readdirSync, renameSync, symlinkSync, unlinkSync } from "node:fs";
import { removeIfThere } from "../../host/files/remove-file.ts";
import { removeTree } from "../../host/files/remove-tree.ts";
import { isTemporaryName } from "../../host/files/temporary.ts";
import { isThere } from "../../host/find-entry.ts";
import { entryOf, type Folder } from "../../host/folder.ts";
import type { GenerationFlip } from "./change.ts";
import {
  DATA,
  isStableLink,
  linkTextOf,
  listGenerations,
  listStableLinks,
  readGeneration,
  readPointer,
} from "./generation-layout.ts";

/** Everything but the flip itself: nothing of it shows a reader anything that was not there before. */
export function prepareFlip(folder: Folder, { newLinks, newGeneration, linkName }: GenerationFlip): void {
  // 7. They dangle until the flip.
  for (const name of newLinks) symlinkSync(linkTextOf(name), entryOf(folder, name));
  if (newGeneration !== null) symlinkSync(newGeneration, entryOf(folder, linkName));
}

export function commitFlip(folder: Folder, { newGeneration, linkName }: GenerationFlip): void {
  // 8.
  const data = entryOf(folder, DATA);
  if (newGeneration === null) unlinkSync(data);
  else renameSync(entryOf(folder, linkName), data);
}

/** Idempotent, and right after any of the steps. */
export function undoFlip(folder: Folder, flip: GenerationFlip): void {
  // 8, back.
  const current = readPointer(folder);
  const isFlipped = current === flip.newGeneration;
  // After a reboot neither is there, and a link to it would dangle.
  if (isFlipped && flip.oldGeneration !== null && isThere(folder, flip.oldGeneration))
    pointAt(folder, flip.oldGeneration, flip.linkName);
  else if (isFlipped && current !== null) unlinkSync(entryOf(folder, DATA));
  // 7, back.
  removeIfThere(entryOf(folder, flip.linkName));
  for (const name of flip.newLinks) if (isStableLink(folder, name)) unlinkSync(entryOf(folder, name));
  if (flip.newGeneration !== null) removeTree(folder, flip.newGeneration);
}

/** 9. Removes what only the old generation had, and the old generation. */
export function settleFlip(folder: Folder, flip: GenerationFlip): void {
  removeIfThere(entryOf(folder, flip.linkName));
  for (const name of flip.deadLinks) if (isStableLink(folder, name)) unlinkSync(entryOf(folder, name));
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

// Without a generation they dangle already: no reader sees a difference.
function removeLinks(folder: Folder): void {
  if (readPointer(folder) !== null) unlinkSync(entryOf(folder, DATA));
  for (const name of listStableLinks(folder)) unlinkSync(entryOf(folder, name));
}

function pointAt(folder: Folder, generation: string, linkName: string): void {
  removeIfThere(entryOf(folder, linkName));
  symlinkSync(generation, entryOf(folder, linkName));
  renameSync(entryOf(folder, linkName), entryOf(folder, DATA));
}
