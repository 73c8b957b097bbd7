// The report of the last run, where the machine keeps it until it reboots.

import { RUN_FOLDER, shownRecord } from "../apply/state/own-folders.ts";
import { readState, removeState, writeState } from "../apply/state/state-file.ts";
import { tellFailure } from "../bug.ts";
import type { Log } from "../log.ts";
import { Refusal } from "../refusal.ts";
import { parseReport } from "./parse-report.ts";
import type { Report } from "./report.ts";

const NAME = "report.json";

function writeReport(root: string, report: Report): void {
  writeState(root, NAME, report);
}

/** A run has done its work whether its report could be written or not, and a boot does not fail for it; but never in silence, and
 * never with another run's report in the place of its own. */
export function leaveReport(root: string, report: Report, log: Log): void {
  try {
    writeReport(root, report);
  } catch (error) {
    log("error", `the report could not be written: ${tellFailure(error)}`);
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
  const found = readState(root, NAME, RUN_FOLDER, parseReport);
  if (found.kind === "none") return null;
  if (found.kind === "read") return found.document;
  throw new Refusal("data", {
    what: `${shownRecord(root, RUN_FOLDER, NAME)} is not a report of this version of parbake`,
    fix: "Remove it and run `parbake apply`, which writes a new one.",
  });
}
