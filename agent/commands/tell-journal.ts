// Tells the journal why a run of one of parbake's own units failed, or why a unit is held back: an entry for each problem, with fields.
// Only where no entry can be sent does it say the same on stderr. Loaded only where something has failed.

import { rememberTold } from "../apply/state/told.ts";
import { MESSAGE_IDS } from "../cli/message-ids.ts";
import { attempt } from "../host/attempt.ts";
import { notifyStatus } from "../host/notify-status.ts";
import { runCommand } from "../host/run-command.ts";
import { findOwnUnit, sendEntry, type Entry } from "../process/journal-entry.ts";
import { PRIORITY } from "../process/journal-line.ts";
import { EXIT_STATUS, formatProblem, type Problem, type RefusalCode } from "../refusal.ts";
import { readReport } from "../report/report-file.ts";
import type { Report } from "../report/report.ts";

export interface Failure {
  readonly code: RefusalCode;
  readonly problems: readonly Problem[];
}

interface Place {
  readonly root: string;
  /** Of systemd's notifications. Absent: it wants none. */
  readonly socket: string | undefined;
  /** For what can't be sent: stderr, as the journal reads it. */
  readonly say: (message: string) => void;
}

const BOOT_UNIT = "parbake.service";
const CONSOLE_UNIT = "parbake-console.service";
const TIMEOUT_MS = 2_000;

/** @returns false where this process is of no unit of parbake's, or nothing can be remembered: then it has told nothing */
export async function tellFailure(failure: Failure, { root, socket, say }: Place): Promise<boolean> {
  const unit = findOwnUnit();
  const messages = failure.problems.map(formatProblem);
  if (unit === null) return false;
  // What each retry says again is no news for those who look for errors; a refresh is tried once an hour, and its failure always is.
  const isNew = unit === BOOT_UNIT ? tryRemember(root, messages) : true;
  if (isNew === null) return false;
  const common = { PRIORITY: PRIORITY[isNew ? "error" : "info"], OBJECT_SYSTEMD_UNIT: unit };
  const report = readOwnReport(root);
  const sent = failure.problems.map((problem) =>
    sendEntry({ ...entryOf(problem, failure.code), ...common, ...(report && describeRun(problem, report)) }),
  );
  messages.forEach((message, index) => {
    if (sent[index] === false && isNew) say(message);
  });
  if (isNew && sent.some(Boolean) && unit === BOOT_UNIT)
    await runCommand(["systemctl", "start", "--no-block", CONSOLE_UNIT], TIMEOUT_MS);
  if (socket !== undefined) await notifyStatus(socket, messages[0] ?? "");
  return true;
}

/** An entry of the unit that is held back, so that its own journal and its status name the cause. @returns as tellFailure */
export function tellHeld(unit: string, problems: readonly Problem[], { say }: Place): boolean {
  const own = findOwnUnit();
  if (own === null) return false;
  for (const problem of problems) {
    const common = { MESSAGE_ID: MESSAGE_IDS.held, PRIORITY: PRIORITY.error, PARBAKE_UNIT: unit };
    const entry = { ...entryOf(problem, "unavailable"), ...common, OBJECT_SYSTEMD_UNIT: [unit, own] };
    if (!sendEntry(entry)) say(formatProblem(problem));
  }
  return true;
}

// journalctl takes root's entries with OBJECT_SYSTEMD_UNIT for those of that unit, whoever sends them: logger is gone before journald
// has looked up whose process it was.
function entryOf(problem: Problem, code: RefusalCode): Entry {
  const { fix, at } = problem;
  return {
    MESSAGE: formatProblem(problem),
    MESSAGE_ID: MESSAGE_IDS[code],
    SYSLOG_IDENTIFIER: "parbake",
    PARBAKE_CODE: code,
    PARBAKE_STATUS: EXIT_STATUS[code],
    PARBAKE_FIX: fix,
    ...(at && { PARBAKE_FILE: at.file }),
    ...(at?.line !== undefined && { PARBAKE_LINE: at.line }),
  };
}

/** Null: it can't be. */
function tryRemember(root: string, messages: readonly string[]): boolean | null {
  const text = messages.map((message) => `parbake: ${message}\n`).join("");
  return attempt(null, () => rememberTold(root, text));
}

/** How far the run came, what of it is not in place, and which units the problem holds back. */
export function describeRun(problem: Problem, report: Report): Entry {
  const because = report.held.filter((each) => each.because.some(({ what }) => what === problem.what));
  const isSecret = because.some(({ what }) => what.startsWith("secret "));
  const stage = isSecret ? "fetch" : lastStage(report);
  return {
    PARBAKE_RUN: report.runId,
    ...(stage !== null && { PARBAKE_STAGE: stage }),
    PARBAKE_WAVE: report.waves.filter(({ result }) => result !== "done").map(({ name }) => name),
    PARBAKE_UNIT: [...new Set(because.flatMap(({ units }) => units))],
  };
}

/** Null: the run went on after what failed. */
function lastStage({ stages, waves }: Report): string | null {
  const wave = waves.findLast(({ tookMs }) => tookMs !== null);
  return wave === undefined || wave.result === "failed" ? (stages.at(-1)?.name ?? null) : null;
}

/** Null: it has left none. */
function readOwnReport(root: string): Report | null {
  const report = attempt(null, () => readReport(root));
  return report?.runId.endsWith(`-${process.pid}`) ? report : null;
}
