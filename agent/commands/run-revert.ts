// `parbake revert`: takes back what `apply --confirm` did, at once. The same that its timer runs, by the run's id. Needs no config and no
// network.

import { findTrials, type OpenTrial } from "../apply/confirm/find-trials.ts";
import { stopTimer } from "../apply/confirm/revert-timer.ts";
import { leaveOutcome } from "../apply/leave-outcome.ts";
import { listStoredSecrets } from "../apply/secrets/stored-generation.ts";
import { takeLock } from "../apply/state/lock.ts";
import { recoverTrial, type Recovered } from "../apply/transaction/recover.ts";
import type { TransactionContext } from "../apply/transaction/transaction.ts";
import type { Command } from "../cli/invocation.ts";
import type { Ending } from "../ending.ts";
import { runCommand } from "../host/run-command.ts";
import { VERSIONS } from "../process/version.ts";
import { Refusal, type Problem } from "../refusal.ts";
import { readReport } from "../report/report-file.ts";
import type { Report } from "../report/report.ts";
import { NO_RESULTS, RunRecord, type RunResults } from "../report/run-record.ts";
import type { Session } from "./session.ts";

const LOCK_WAIT_MS = 10_000;

/** @throws Refusal where an old file can't be restored */
export async function runRevert({ runId }: Extract<Command, { kind: "revert" }>, session: Session): Promise<Ending> {
  const { options, deadline, end, log, emit, say } = session;
  const { root } = options;
  const lock = await takeLock(root, LOCK_WAIT_MS, deadline.signal);
  try {
    const trials = findTrials(root, runId);
    if (trials.length === 0) {
      if (options.json) emit({ schema: 1, reverted: [] });
      else say(null, () => "nothing waits for a confirmation: see parbake status\n");
      // Of a run that was confirmed meanwhile, the timer has nothing to do.
      return runId === null ? "differs" : "done";
    }
    const context = { root, deadline, wayBack: end, log, run: runCommand, noBlock: false };
    const report = await takeBackAll(trials, runId !== null, context);
    if (runId === null) await stopTimer(context);
    if (options.json) emit({ schema: 1, reverted: trials.map(({ trial, journal }) => describe(trial.runId, journal)) });
    else say({ trials, report }, formatReverted);
    return "done";
  } finally {
    lock.release();
  }
}

async function takeBackAll(
  trials: readonly OpenTrial[],
  isOver: boolean,
  context: TransactionContext,
): Promise<Report> {
  const { root, log } = context;
  const record = new RunRecord(VERSIONS);
  record.warn([isOver ? UNCONFIRMED : ASKED], log);
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
  const last = readLast(root);
  const storage = last?.storage ?? null;
  const storedSecrets = storage === null ? [] : listStoredSecrets(root, storage.folder);
  return { ...NO_RESULTS, recovered: "rolled back", storage, storedSecrets, held: last?.held ?? [] };
}

function readLast(root: string): Report | null {
  try {
    return readReport(root);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return null;
  }
}

const STAYS_AWAY = "The config still asks for it: put it right, or run `parbake apply` to have it all the same.";
const UNCONFIRMED: Problem = { what: "nobody confirmed what `apply --confirm` did: taken back", fix: STAYS_AWAY };
const ASKED: Problem = { what: "what `apply --confirm` did is taken back, by `parbake revert`", fix: STAYS_AWAY };

function describe(runId: string, { changes }: OpenTrial["journal"]) {
  return { runId, paths: changes.map(({ path }) => path) };
}

function formatReverted(done: { readonly trials: readonly OpenTrial[]; readonly report: Report }): string {
  const paths = done.trials.flatMap(({ journal }) => journal.changes.map(({ path }) => `restored ${path}\n`));
  const units = done.report.units.map(({ unit, action, outcome }) => `${action} ${unit}: ${outcome}\n`);
  return [...paths, ...units].join("");
}
