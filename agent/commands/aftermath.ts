// What a run leaves behind for those who watch it: its report, and metrics where the config wants them. Never fails the run.

import { readOwedActions } from "../inspect/gather-status.ts";
import { type Report } from "../report/report.ts";
import { writeMetrics } from "../report/write-metrics.ts";
import type { Session } from "./session.ts";
import { leaveReport } from "../report/report-file.ts";

export class Aftermath {
  readonly #session: Session;
  /** Where the metrics go; null: nowhere, or the config could not be read. */
  metrics: string | null = null;
  isOver = false;

  constructor(session: Session) {
    this.#session = session;
  }

  /** @param withReport `applyPlan` writes it itself */
  leave(report: Report, { withReport }: { readonly withReport: boolean }): void {
    const { options, log } = this.#session;
    this.isOver = true;
    if (withReport) leaveReport(options.root, report, log);
    if (this.metrics === null) return;
    try {
      writeMetrics(options.root, this.metrics, report, readOwedActions(options.root).length);
    } catch (error) {
      log("error", `the metrics could not be written: ${error instanceof Error ? error.message : "unknown"}`);
    }
  }
}
