// What a run leaves behind for those who watch it: its report, and metrics where the config wants them. Never fails the run.

import { tellFailure } from "../bug.ts";
import type { Log } from "../log.ts";
import { leaveReport } from "../report/report-file.ts";
import type { Report } from "../report/report.ts";
import { writeMetrics } from "../report/write-metrics.ts";
import { readOwedActions } from "./transaction/journal.ts";

/** @param metrics where the metrics go; null: nowhere, or the config could not be read */
export function leaveOutcome(root: string, report: Report, metrics: string | null, log: Log): void {
  leaveReport(root, report, log);
  if (metrics === null) return;
  try {
    writeMetrics(root, metrics, report, readOwedActions(root).length);
  } catch (error) {
    log("error", `the metrics could not be written: ${tellFailure(error)}`);
  }
}
