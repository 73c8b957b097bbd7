// Whether the machine is still as parbake left it: the last run, every file that it wrote, and what a run that was cut short
// has left undone. Reads parbake's own records and the files, and nothing else: no config, no IMDS, no AWS. Never writes.

import { listStoredSecrets } from "../apply/secrets/stored-generation.ts";
import { readFailures, type Failures } from "../apply/state/failures.ts";
import { wasLockTaken } from "../apply/state/lock.ts";
import { describeDamage, readManaged, type ManagedState } from "../apply/state/managed.ts";
import type { RunningRun } from "../apply/state/running-run.ts";
import type { StateDocument } from "../apply/state/state-file.ts";
import { owedActions, type Journal, type Phase } from "../apply/transaction/journal.ts";
import type { OnChange } from "../config/config.ts";
import { DEFAULT_SECRETS_FOLDER } from "../names/own-places.ts";
import { eachOnce, type Problem } from "../refusal.ts";
import { readReport } from "../report/report-file.ts";
import { type Report, type StoredSecretReport } from "../report/report.ts";
import { checkFiles, type FileStatus } from "./check-files.ts";
import { inspectImage, type ImageStatus } from "./compare-bake.ts";
import { describeRunning, findUnfinishedRuns, readOr, type Interruption, type TrialStatus } from "./unfinished-runs.ts";

export interface SecretStatus extends StoredSecretReport {
  /** Since it was fetched. */
  readonly ageMs: number;
}

export interface Status {
  /** Whether all is as the last run left it, that run ended well, and nothing is left to do. */
  readonly inSync: boolean;
  /** Why not, in words; none where it is. */
  readonly reasons: readonly string[];
  /** Records of parbake's that can't be read, or that others may have written: of those nothing is known. */
  readonly unreadable: readonly Problem[];
  /** Null: none since the machine started, or it can't be read. */
  readonly lastRun: Report | null;
  readonly lastRunAgeMs: number | null;
  /** Of parbake.service, in a row and until now; null: its last run ended well. */
  readonly failures: Failures | null;
  /** Of the last run that changed a file; it outlives a reboot. Null: there never was one. */
  readonly generation: string | null;
  readonly files: readonly FileStatus[];
  readonly secrets: readonly SecretStatus[];
  /** Null: the image was never sealed. */
  readonly image: ImageStatus | null;
  /** A run that goes on right now; null: none. What it has not done yet is not told as an interruption, nor as owed. */
  readonly running: RunningRun | null;
  /** What a run that was cut short leaves to the next; null: nothing. */
  readonly interrupted: Phase | "unreadable" | null;
  /** The same in full, one for each journal that was left. */
  readonly interruptions: readonly Interruption[];
  /** What waits for `parbake confirm`, which keeps it; else it is taken back. */
  readonly trials: readonly TrialStatus[];
  /** Reloads and restarts that are still to be done. */
  readonly owed: readonly OnChange[];
}

export function gatherStatus(root: string, nowMs: number): Status {
  const unreadable: Problem[] = [];
  const lastRun = readOr(null, unreadable, () => readReport(root));
  const { runId: generation, files: managed, isDamaged } = readOr(NO_RECORD, unreadable, () => readManaged(root));
  if (isDamaged) unreadable.push(describeDamage(root));
  const { running, journals, interruptions, trials, unreadable: unread } = findUnfinishedRuns(root);
  unreadable.push(...unread);
  const files = checkFiles(managed, readable(journals), root);
  const interrupted = interruptions[0]?.phase ?? null;
  const secrets = listSecrets(root, lastRun, nowMs);
  const owed = running === null ? owedActions(journals) : [];
  const failures = readOr(null, unreadable, () => readFailures(root));
  const image = inspectImage(root, lastRun, nowMs, unreadable);
  const status = {
    unreadable: eachOnce(unreadable),
    lastRun,
    failures,
    generation,
    files,
    secrets,
    image,
    running,
    interrupted,
    interruptions,
    trials,
    owed,
  };
  const reasons = findReasons(status, lastRun === null && wasLockTaken(root));
  const lastRunAgeMs = lastRun === null ? null : Math.max(0, Math.round(nowMs - endMsOf(lastRun)));
  return { inSync: reasons.length === 0, reasons, lastRunAgeMs, ...status };
}

const NO_RECORD: ManagedState = { runId: null, files: new Map(), isDamaged: false };

// The folder's own record is for root alone; the report is a copy of it for everybody.
function listSecrets(root: string, lastRun: Report | null, nowMs: number): SecretStatus[] {
  const found = listStoredSecrets(root, lastRun?.storage?.folder ?? DEFAULT_SECRETS_FOLDER);
  const known = found.length > 0 ? found : (lastRun?.storedSecrets ?? []);
  return known.map((secret) => ({ ...secret, ageMs: Math.max(0, nowMs - Date.parse(secret.fetchedAt)) }));
}

function readable(journals: readonly StateDocument<Journal>[]): Journal[] {
  return journals.flatMap((found) => (found.kind === "read" ? found.document : []));
}

// In whole milliseconds, as the clock of `nowMs` tells them: else the end of a run could be later than now.
function endMsOf({ startedAt, tookMs }: Report): number {
  return Math.trunc(Date.parse(startedAt) + tookMs);
}

const REPORT_LOST =
  "parbake has run since the machine started, and left no report: see `df /run` and `journalctl -u parbake.service`";

/** @param isReportLost whether parbake has run in this boot, and left no report */
function findReasons(
  {
    unreadable,
    lastRun,
    generation,
    files,
    running,
    interrupted,
    trials,
    owed,
  }: Omit<Status, "inSync" | "reasons" | "lastRunAgeMs" | "failures" | "secrets" | "image" | "interruptions">,
  isReportLost: boolean,
): string[] {
  const count = (state: FileStatus["state"]) => files.filter((file) => file.state === state).length;
  // The first of all may be the one that goes on.
  const isQuiet = unreadable.length === 0 && running === null;
  const reasons: readonly (readonly [boolean, string])[] = [
    [running !== null, running === null ? "" : describeRunning(running)],
    [unreadable.length > 0, "not all of parbake's own records can be read"],
    [isQuiet && isReportLost, REPORT_LOST],
    [isQuiet && !isReportLost && lastRun === null && generation === null, "parbake has never run here"],
    [
      isQuiet && !isReportLost && lastRun === null && generation !== null,
      "parbake has not run since the machine started",
    ],
    [lastRun?.result === "failed", "the last run failed"],
    [trials.length > 0, `what the last run did waits for its confirmation until ${trials[0]?.until}: parbake confirm`],
    [interrupted !== null, "a run was cut short"],
    [owed.length > 0, "reloads or restarts are owed"],
    [count("drifted") > 0, "files were changed by hand"],
    [count("missing") > 0, "files are missing"],
  ];
  return reasons.filter(([holds]) => holds).map(([, reason]) => reason);
}
