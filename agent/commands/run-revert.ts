// `parbake revert`: takes back what `apply --confirm` did, at once. The same that its timer runs, by the run's id. Needs no config and no
// network.

import { isReplaced } from "../apply/change/make-change.ts";
import { findTrials, refuseUnreadable, type OpenTrial } from "../apply/confirm/find-trials.ts";
import { stopTimer } from "../apply/confirm/revert-timer.ts";
import { leaveOutcome } from "../apply/leave-outcome.ts";
import { listStoredSecrets } from "../apply/secrets/stored-generation.ts";
import { LOCK_WAIT_MS, takeLock } from "../apply/state/lock.ts";
import { recoverTrial, type Recovered } from "../apply/transaction/recover.ts";
import type { TransactionContext } from "../apply/transaction/transaction.ts";
import type { Command } from "../cli/invocation.ts";
import type { Ending } from "../ending.ts";
import { attempt } from "../host/attempt.ts";
import { tellOfSelf } from "../host/inputs/judge-programs.ts";
import { runCommand } from "../host/run-command.ts";
import { VERSIONS } from "../process/version.ts";
import type { Problem } from "../refusal.ts";
import { readReport } from "../report/report-file.ts";
import type { Report } from "../report/report.ts";
import { NO_RESULTS, RunRecord, type RunResults } from "../report/run-record.ts";
import type { Session } from "./session.ts";

/** @throws Refusal where an old file can't be restored, or nobody can tell what to restore */
export async function runRevert({ runId }: Extract<Command, { kind: "revert" }>, session: Session): Promise<Ending> {
  const { options, inputs, deadline, end, log, emit, say } = session;
  const { root } = options;
  tellOfSelf(inputs);
  const lock = await takeLock(root, LOCK_WAIT_MS, deadline.signal);
  try {
    const trials = findTrials(root, runId);
    if (trials.length === 0) {
      refuseUnreadable(root);
      if (options.json) emit({ schema: 1, reverted: [] });
      else say(null, () => "nothing waits for a confirmation: see parbake status\n");
      // Of a run that was confirmed meanwhile, the timer has nothing to do.
      return runId === null ? "differs" : "done";
    }
    const context = { root, deadline, wayBack: end, log, run: runCommand, noBlock: false };
    // Before what tells them from others' is gone.
    const left = listReplaced(root, trials);
    const report = await takeBackAll(trials, left, runId !== null, context);
    if (runId === null) await stopTimer(context);
    if (options.json) emit({ schema: 1, reverted: trials.map((trial) => describe(trial, left)) });
    else say({ trials, left, report }, formatReverted);
    return "done";
  } finally {
    lock.release();
  }
}

/** Paths at which somebody has put a file of their own since, as editors do. */
function listReplaced(root: string, trials: readonly OpenTrial[]): ReadonlySet<string> {
  const changes = trials.flatMap(({ journal }) => journal.changes);
  return new Set(changes.filter((change) => isReplaced(root, change)).map(({ path }) => path));
}

async function takeBackAll(
  trials: readonly OpenTrial[],
  left: ReadonlySet<string>,
  isOver: boolean,
  context: TransactionContext,
): Promise<Report> {
  const { root, log } = context;
  const record = new RunRecord(VERSIONS);
  record.warn([isOver ? UNCONFIRMED : ASKED, ...[...left].map(describeLeft)], log);
  let done: Recovered | null = null;
  for (const trial of trials) done = joined(done, await record.time("revert", () => recoverTrial(trial, context)));
  const failure = done?.failure ?? null;
  const report = record.finish({ ...resultsSince(root), units: done?.units ?? [], rolledBack: true }, failure);
  leaveOutcome(root, report, null, log);
  if (failure !== null) throw failure;
  return report;
}

function joined(before: Recovered | null, next: Recovered): Recovered {
  if (before === null) return next;
  return { ...next, units: [...before.units, ...next.units], failure: before.failure ?? next.failure };
}

/** What an earlier report says that holds still: what units wait for, where the secrets are. */
function resultsSince(root: string): RunResults {
  const last = attempt(null, () => readReport(root));
  const storage = last?.storage ?? null;
  const storedSecrets = storage === null ? [] : listStoredSecrets(root, storage.folder);
  return { ...NO_RESULTS, recovered: "rolled back", storage, storedSecrets, held: last?.held ?? [] };
}

const STAYS_AWAY = "The config still asks for it: put it right, or run `parbake apply` to have it all the same.";
const UNCONFIRMED: Problem = { what: "nobody confirmed what `apply --confirm` did: taken back", fix: STAYS_AWAY };
const ASKED: Problem = { what: "what `apply --confirm` did is taken back, by `parbake revert`", fix: STAYS_AWAY };

function describeLeft(path: string): Problem {
  return {
    what: `${path} is not as it was: somebody has put another file there since, which is left alone`,
    fix: "Look at it. `parbake apply` writes what the config says.",
  };
}

function describe({ trial: { runId }, journal: { changes } }: OpenTrial, left: ReadonlySet<string>) {
  const paths = changes.map(({ path }) => path);
  return {
    runId,
    paths: paths.filter((path) => !left.has(path)),
    left: paths.filter((path) => left.has(path)),
  };
}

interface Done {
  readonly trials: readonly OpenTrial[];
  readonly left: ReadonlySet<string>;
  readonly report: Report;
}

function formatReverted(done: Done): string {
  const changed = done.trials.flatMap(({ journal }) => journal.changes.map(({ path }) => path));
  const paths = changed.map((path) => `${done.left.has(path) ? "left" : "restored"} ${path}\n`);
  const units = done.report.units.map(({ unit, action, outcome }) => `${action} ${unit}: ${outcome}\n`);
  return [...paths, ...units].join("");
}
