// The report of the last run, where the machine keeps it until it reboots, and that of the first, which is the boot's.

import { existsSync, linkSync } from "node:fs";
import { RUN_FOLDER, shownRecord } from "../apply/state/own-folders.ts";
import { readState, removeState, writeState } from "../apply/state/state-file.ts";
import { tellFailure } from "../bug.ts";
import { endingOf } from "../ending.ts";
import { attempt } from "../host/attempt.ts";
import { entryOf, inFolder, TRUST_NOBODY_ELSE } from "../host/folder.ts";
import type { Log } from "../log.ts";
import { Refusal } from "../refusal.ts";
import { parseReport } from "./parse-report.ts";
import type { Report } from "./report.ts";

const NAME = "report.json";
/** There once a second run has begun to leave its own. */
const FIRST_NAME = "first-report.json";

function writeReport(root: string, report: Report): void {
  keepFirst(root);
  writeState(root, NAME, report);
}

// A second name for the same file: a boot, whose run is the first, writes nothing more for it. Where it can't be had, only
// `analyze --boot` lacks it.
function keepFirst(root: string): void {
  if (!existsSync(shownRecord(root, RUN_FOLDER, NAME))) return;
  attempt(undefined, () =>
    inFolder(root, RUN_FOLDER, TRUST_NOBODY_ELSE, (folder) =>
      linkSync(entryOf(folder, NAME), entryOf(folder, FIRST_NAME)),
    ),
  );
}

/** A run has done its work whether its report could be written or not, and a boot does not fail for it; but never in silence, and
 * never with another run's report in the place of its own. */
export function leaveReport(root: string, report: Report, log: Log): void {
  try {
    writeReport(root, report);
  } catch (error) {
    // Whoever is not root is told so by the run's own failure.
    const isKnown = report.result === "failed" && endingOf(error) === "permission";
    log(isKnown ? "debug" : "error", `the report could not be written: ${tellFailure(error)}`);
    removeReport(root);
  }
}

// What could not be written may not be removable either.
function removeReport(root: string): void {
  try {
    removeState(root, NAME);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
  }
}

/**
 * The report of the last run since the machine started; null where there was none.
 * @throws Refusal where there is one that can't be read, or that others may have written
 */
export function readReport(root: string): Report | null {
  return readNamed(root, NAME);
}

/** The report of the first run since the machine started. @throws Refusal likewise */
export function readFirstReport(root: string): Report | null {
  return readNamed(root, FIRST_NAME) ?? readReport(root);
}

function readNamed(root: string, name: string): Report | null {
  const found = readState(root, name, RUN_FOLDER, parseReport);
  if (found.kind === "none") return null;
  if (found.kind === "read") return found.document;
  throw new Refusal("data", {
    what: `${shownRecord(root, RUN_FOLDER, name)} is not a report of this version of parbake`,
    fix: "Remove it and run `parbake apply`, which writes a new one.",
  });
}
