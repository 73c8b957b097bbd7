// Wakes what waits for parbake: each parbake-ready@.service waits at a FIFO of its own, which it makes before it looks for its mark
// a last time, so that a word comes through whichever of both is first. Nobody polls, and nobody waits for who is not there.

import { closeSync, constants, existsSync, fstatSync, openSync, readdirSync, writeSync } from "node:fs";
import { join } from "node:path";
import { tellFailure } from "../../bug.ts";
import { errnoOf } from "../../host/file-error.ts";
import { entryOf, inFolder, inFolderIfThere, TRUST_NOBODY_ELSE, type Folder } from "../../host/folder.ts";
import type { Log } from "../../log.ts";
import { RUN_FOLDER } from "../state/own-folders.ts";
import { isReady, leaveMark } from "./readiness.ts";

/** parbake-ready@.service has it made, and names a FIFO after its unit. */
const FOLDER = `${RUN_FOLDER}/waiting`;

/** Those whose mark is there. */
export function wakeReady(root: string): void {
  wake(root, (unit) => isReady(root, unit));
}

/** Notes that the boot's run is over, so that nobody waits for it without asking systemd whether another is to come, and wakes all.
 * Never fails the run, which is over. */
export function tellOver(root: string, log: Log): void {
  for (const tell of [markOver, wakeAll]) {
    try {
      tell(root);
    } catch (error) {
      log("error", `units that wait may not hear that the run is over: ${tellFailure(error)}`);
    }
  }
}

function markOver(root: string): void {
  inFolder(root, RUN_FOLDER, TRUST_NOBODY_ELSE, (folder) => leaveMark(folder, OVER));
}

function wakeAll(root: string): void {
  wake(root, () => true);
}

const OVER = "over";

function wake(root: string, isMeant: (unit: string) => boolean): void {
  // In most runs nobody waits: one look.
  if (!existsSync(join(root, FOLDER))) return;
  inFolderIfThere(root, FOLDER, TRUST_NOBODY_ELSE, (folder) => {
    for (const unit of readdirSync(entryOf(folder, "."))) if (isMeant(unit)) wakeOne(folder, unit);
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
