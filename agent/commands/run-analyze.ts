// `parbake analyze`: where the time of a run went, and what place it has in the boot. Needs no config, no root and no network.

import { analyze, type Analysis } from "../analyze/analysis.ts";
import { askSystemd } from "../analyze/ask-systemd.ts";
import type { Command } from "../cli/invocation.ts";
import { drawAnalysis } from "../cli/print/draw-analysis.ts";
import { formatAnalysis } from "../cli/print/print-analysis.ts";
import type { Ending } from "../ending.ts";
import { formatProblem, Refusal, type Problem } from "../refusal.ts";
import { readFirstReport, readReport } from "../report/report-file.ts";
import type { Session } from "./session.ts";

const MOUNTED: Problem = { what: "--root: the times of a boot are its systemd's", fix: "Ask on the machine itself." };

/** @throws Refusal `system` where no run has left a report */
export async function runAnalyze(
  { boot, svg }: Extract<Command, { kind: "analyze" }>,
  { options, deadline, log, emit, emitText, say }: Session,
): Promise<Ending> {
  const { root, json } = options;
  const report = boot ? readFirstReport(root) : readReport(root);
  if (report === null) throw new Refusal("system", NO_RUN);
  const analysis = analyze(report, root === "/" ? await askSystemd(deadline) : MOUNTED);
  for (const problem of analysis.problems) log("info", formatProblem(problem));
  if (json) emit(documentOf(analysis));
  else if (svg) emitText(drawAnalysis(analysis));
  else say(analysis, formatAnalysis);
  return "done";
}

const NO_RUN: Problem = {
  what: "no run of parbake has left a report since the machine started",
  fix: "Start one: systemctl restart parbake.service; `journalctl -u parbake.service` tells of one that could not leave its own.",
};

function documentOf({ run, boot, problems }: Analysis): object {
  return { schema: 1, run, boot, problems };
}
