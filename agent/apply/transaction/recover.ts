// Finishes or takes back what a run that was cut short left, by its journal. Runs first, with the lock held: until then
// nobody may touch the temporary files, because the old ones are among them.

import { removeLeftovers } from "../../host/files/temporary.ts";
import { inFolder, isMissingFolder, TRUST_NOBODY_ELSE } from "../../host/folder.ts";
import type { Plan } from "../../plan/plan.ts";
import { formatProblem, Refusal, type Problem } from "../../refusal.ts";
import type { HealthReport, Recovery, UnitReport } from "../../report/report.ts";
import type { RunRecord } from "../../report/run-record.ts";
import { isStop } from "../../stop.ts";
import type { OwnFolder } from "../state/own-folders.ts";
import { noteTakenBack } from "../state/taken-back.ts";
import { countAttempts } from "./count-attempts.ts";
import {
  describeUnreadable,
  isPending,
  isSameBoot,
  JOURNAL_FOLDERS,
  readJournal,
  removeJournal,
  type Phase,
  type Journal,
  type Trial,
} from "./journal.ts";
import { isOwed, isToldBack, revivedBy, withChecksOf } from "./owed.ts";
import { restoreTraces } from "./traces.ts";
import {
  rollBack,
  settle,
  takeBack,
  tellUnits,
  withRollback,
  type Transaction,
  type TransactionContext,
} from "./transaction.ts";

/** What became of the runs that were cut short. */
export interface Recovered {
  /** Null: there was none, or it could not be recovered. */
  readonly recovery: Recovery | null;
  readonly units: readonly UnitReport[];
  readonly healthChecks: readonly HealthReport[];
  /** Why this run ends here: it is asked to stop, or what the earlier one left cannot be put in order. Null: it goes on. */
  readonly failure: Refusal | null;
}

const NOTHING_LEFT: Recovered = { recovery: null, units: [], healthChecks: [], failure: null };

export async function recover(plan: Plan, context: TransactionContext, record: RunRecord): Promise<Recovered> {
  let all = NOTHING_LEFT;
  for (const folder of JOURNAL_FOLDERS) {
    const one = await recoverIn(folder, plan, context, record);
    all = {
      recovery: one.recovery ?? all.recovery,
      units: [...all.units, ...one.units],
      healthChecks: [...all.healthChecks, ...one.healthChecks],
      failure: one.failure,
    };
    if (all.failure !== null) return all;
    removeOwnLeftovers(context.root, folder);
  }
  return all;
}

async function recoverIn(
  folder: OwnFolder,
  plan: Plan,
  context: TransactionContext,
  record: RunRecord,
): Promise<Recovered> {
  const found = readJournal(context.root, folder);
  if (found.kind === "none") return NOTHING_LEFT;
  if (found.kind === "unreadable") {
    context.log("error", `${describeUnreadable(context.root, folder).what}: discarded`);
    removeJournal(context.root, folder);
    return NOTHING_LEFT;
  }
  const journal = found.document;
  const recovered = await record.time("recover", () => recoverFrom({ journal, folder }, plan, context, record));
  if (recovered.recovery !== null)
    context.log(
      "warn",
      `an earlier run was cut short while it ${PHASES[journal.phase]}, and is ${recovered.recovery} now`,
    );
  return recovered;
}

const PHASES: Readonly<Record<Phase, string>> = {
  swap: "replaced files",
  act: "told the units of new files",
  rollback: "restored the old files",
  settle: "tidied up",
  confirm: "waited for its confirmation",
};

async function recoverFrom(
  transaction: Transaction,
  plan: Plan,
  context: TransactionContext,
  record: RunRecord,
): Promise<Recovered> {
  const { journal } = transaction;
  const { trial } = journal;
  if (trial !== undefined && isPending(journal)) return { ...NOTHING_LEFT, failure: refusePending(trial) };
  if (trial !== undefined && journal.phase !== "swap" && journal.phase !== "settle")
    return goBackUnconfirmed(transaction, trial, context);
  switch (journal.phase) {
    case "swap":
      return undoSwap(transaction, context);
    case "act":
      if (isOwed(transaction, context)) return finishActing(withChecksOf(plan, transaction, context), context, record);
      return finish(NOTHING_LEFT, transaction, context);
    case "rollback":
    // A trial, which is taken back above.
    case "confirm":
      return goBack(transaction, context);
    case "settle":
      return finish(NOTHING_LEFT, transaction, context);
  }
}

export function refusePending({ until }: Trial): Refusal {
  return new Refusal("locked", {
    what: `what an earlier run did waits for its confirmation until ${until}`,
    fix: "Confirm it: parbake confirm. Or take it back: parbake revert.",
  });
}

/** A run that has to be confirmed, taken back whether its time is over or not. */
export function recoverTrial(
  transaction: Transaction & { readonly trial: Trial },
  context: TransactionContext,
): Promise<Recovered> {
  const { trial, journal } = transaction;
  return journal.phase === "swap" ? undoSwap(transaction, context) : goBackUnconfirmed(transaction, trial, context);
}

/**
 * Takes back a run that nobody has confirmed: files, units, and what it left beside them. Not in its phases `swap`, of which nobody
 * has heard, and `settle`, which begins when it is confirmed.
 */
async function goBackUnconfirmed(
  transaction: Transaction,
  { runId, before }: Trial,
  context: TransactionContext,
): Promise<Recovered> {
  const { root, log } = context;
  const { journal } = transaction;
  // Before the journal goes: what this leaves undone, nobody would do.
  noteTakenBack(root, { runId, paths: filesOf(journal) }, log);
  if (isSameBoot(journal)) restoreTraces(root, before);
  return goBack(transaction, context);
}

async function undoSwap(transaction: Transaction, context: TransactionContext): Promise<Recovered> {
  const { stuck, lost } = takeBack(transaction, context.root);
  return tellRecovered({ ...NOTHING_LEFT, recovery: "undone" }, stuck, lost, context);
}

/** What was told before is told even where the old files cannot be dropped: the journal stays then, and this run ends with that. */
function finish(told: Recovered, transaction: Transaction, context: TransactionContext): Recovered {
  try {
    settle(transaction, context);
    return { ...told, recovery: "finished" };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { ...told, failure: error };
  }
}

async function finishActing(
  transaction: Transaction,
  context: TransactionContext,
  record: RunRecord,
): Promise<Recovered> {
  // A unit that failed may have failed of the very restart that we were killed in.
  const acting = { ...context, revive: "failed", begin: countAttempts(transaction, context) } as const;
  const { units, healthChecks, failure, stuck } = await tellUnits(transaction, acting, record);
  if (failure === null) return finish({ ...NOTHING_LEFT, units, healthChecks }, transaction, context);
  const rolledBack: Recovered = { recovery: "rolled back", units, healthChecks, failure: null };
  if (stuck.length === 0 && isStop(failure)) return { ...rolledBack, failure };
  return tellRecovered(rolledBack, stuck, failure.problems, context);
}

async function goBack(transaction: Transaction, context: TransactionContext): Promise<Recovered> {
  const { journal } = transaction;
  const owed = isToldBack(transaction, context)
    ? journal.followUp
    : { reloadsManager: false, actions: [], healthChecks: [] };
  const rolling = { ...transaction, journal: { ...journal, phase: "rollback", followUp: owed } } as const;
  const begin = countAttempts(rolling, context);
  const { reports, stuck, others } = await rollBack(rolling, { ...context, begin, revive: revivedBy(transaction) });
  const units = withRollback([], reports);
  return tellRecovered({ ...NOTHING_LEFT, recovery: "rolled back", units }, stuck, others, context);
}

function filesOf({ changes }: Journal): string[] {
  return changes.filter(({ kind }) => kind !== "generation" && kind !== "make-folder").map(({ path }) => path);
}

/**
 * @param stuck old files that are not restored: this run ends with them
 * @param others logged and no more: this run's own files may be what fixes them
 */
function tellRecovered(
  recovered: Recovered,
  stuck: readonly Problem[],
  others: readonly Problem[],
  { log }: TransactionContext,
): Recovered {
  if (stuck.length > 0) return { ...recovered, recovery: null, failure: new Refusal("cannot-write", stuck) };
  for (const problem of others) log("error", formatProblem(problem));
  return recovered;
}

// Those of a state file that a killed run was about to write.
function removeOwnLeftovers(root: string, path: OwnFolder): void {
  try {
    inFolder(root, path, TRUST_NOBODY_ELSE, removeLeftovers);
  } catch (error) {
    if (!isMissingFolder(error)) throw error;
  }
}
