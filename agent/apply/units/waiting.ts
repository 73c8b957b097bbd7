// Wakes what waits for parbake: each parbake-ready@.service waits at a FIFO of its own, which it makes before it looks for its mark
// a last time, so that a word comes through whichever of both is first. Nobody polls. That no run goes on any more,
// parbake-over.service says.

import { closeSync, constants, existsSync, fstatSync, openSync, readdirSync, writeSync } from "node:fs";
import { join } from "node:path";
import { errnoOf } from "../../host/file-error.ts";
import { entryOf, inFolderIfThere, TRUST_NOBODY_ELSE, type Folder } from "../../host/folder.ts";
import { RUN_FOLDER } from "../state/own-folders.ts";
import { isReady } from "./readiness.ts";

/** parbake-ready@.service has it made, and names a FIFO after its unit. */
const FOLDER = `${RUN_FOLDER}/waiting`;

/** Those whose mark is there. */
export function wakeReady(root: string): void {
  // In most runs nobody waits: one look.
  if (!existsSync(join(root, FOLDER))) return;
  inFolderIfThere(root, FOLDER, TRUST_NOBODY_ELSE, (folder) => {
    for (const unit of readdirSync(entryOf(folder, "."))) if (isReady(root, unit)) wakeOne(folder, unit);
  });
}

function wakeOne(folder: Folder, unit: string): void {
  try {
    const fifo = openSync(entryOf(folder, unit), constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
    try {
      if (fstatSync(fifo).isFIFO()) writeSync(fifo, "\n");
    } finally {
      closeSync(fifo);
    }
  } catch (error) {
    // ENXIO: nobody waits there any more. All others are ways of being no FIFO that somebody waits at.
    if (errnoOf(error) === null) throw error;
  }
}
