// Finishes or takes back what a run that was cut short left, by its journal. Runs first, with the lock held: until then
// nobody may touch the temporary files, for the old ones are among them.

import type { Plan } from "../../plan/plan.ts";
import { formatProblem, Refusal, type Problem } from "../../refusal.ts";
import { isStop } from "../../stop.ts";
import { inFolder, isMissingFolder, TRUST_NOBODY_ELSE } from "../../host/folder.ts";
import { describeUnreadable, isSameBoot, JOURNAL_FOLDERS, readJournal, removeJournal, type Phase } from "./journal.ts";
import { countAttempts } from "./attempts.ts";
import { checkOf } from "../units/build-follow-up.ts";
import { listPlaces } from "../targets/target.ts";
import type { OwnFolder } from "../state/run-folder.ts";
import type { RunRecord } from "../../report/run-record.ts";
import { followUp, rollBack, settle, takeBack, type Transaction, type TransactionContext } from "./transaction.ts";
import type { UndoProblems } from "../change/make-all.ts";
import { removeLeftovers } from "../../host/files/temporary.ts";
import type { HealthCheck } from "../units/check-health.ts";
import type { Recovery } from "../../report/report.ts";

/** Throws where the old files cannot be put back: nothing new is to be built on that. */
export async function recover(plan: Plan, context: TransactionContext, record: RunRecord): Promise<void> {
  for (const folder of JOURNAL_FOLDERS) {
    await recoverIn(folder, plan, context, record);
    removeOwnLeftovers(context.root, folder);
  }
}

async function recoverIn(folder: OwnFolder, plan: Plan, context: TransactionContext, record: RunRecord): Promise<void> {
  const journal = readJournal(context.root, folder);
  if (journal === "none") return;
  if (journal === "unreadable") {
    context.log("error", `${describeUnreadable(context.root, folder).what}: forgotten`);
    return removeJournal(context.root, folder);
  }
  const recovery = await record.time("recover", () => recoverFrom({ journal, folder }, plan, context, record));
  record.recovered = recovery;
  // Of that run, not of this.
  record.isRolledBack = false;
  context.log("warn", `an earlier run was cut short while it would ${PHASES[journal.phase]}: ${recovery}`);
}

const PHASES: Readonly<Record<Phase, string>> = {
  swap: "swap files in",
  act: "tell the units of new files",
  rollback: "put old files back",
  settle: "tidy up",
};

async function recoverFrom(
  transaction: Transaction,
  plan: Plan,
  context: TransactionContext,
  record: RunRecord,
): Promise<Recovery> {
  const { journal } = transaction;
  switch (journal.phase) {
    case "swap":
      tellUndone(takeBack(transaction, context.root), context);
      return "undone";
    case "act":
      if (isOwed(transaction, context)) return finishActing(withChecksOf(plan, transaction, context), context, record);
      settle(transaction, context);
      return "finished";
    case "rollback":
      return goBack(transaction, context, record);
    case "settle":
      settle(transaction, context);
      return "finished";
  }
}

async function finishActing(
  transaction: Transaction,
  context: TransactionContext,
  record: RunRecord,
): Promise<Recovery> {
  // A unit that failed may have failed of the very restart that we were killed in.
  const acting = { ...context, revive: "failed", begin: countAttempts(transaction, context) } as const;
  const failure = await followUp(transaction, acting, record);
  if (failure === null) {
    settle(transaction, context);
    return "finished";
  }
  refuseStuck(failure.stuck);
  if (isStop(failure.refusal)) throw failure.refusal;
  tell(failure.refusal.problems, context);
  return "rolled back";
}

/** What is asked of the files is the plan's of now to say: the journal's word is not run. */
function withChecksOf(plan: Plan, transaction: Transaction, { log }: TransactionContext): Transaction {
  const { journal } = transaction;
  const healthChecks = journal.followUp.healthChecks.flatMap(({ path }): HealthCheck[] => {
    const place = listPlaces(plan).find((one) => one.path === path);
    const check = place?.source.kind === "file" ? checkOf(place.source.step, place.isSecret) : null;
    if (check === null) log("warn", `${path} is not asked for its health: the plan has no check of it any more`);
    return check === null ? [] : [check];
  });
  return { ...transaction, journal: { ...journal, followUp: { ...journal.followUp, healthChecks } } };
}

async function goBack(transaction: Transaction, context: TransactionContext, record: RunRecord): Promise<Recovery> {
  const { journal } = transaction;
  const owed = isOwed(transaction, context)
    ? journal.followUp
    : { reloadsManager: false, actions: [], healthChecks: [] };
  const rolling = { ...transaction, journal: { ...journal, followUp: owed } };
  const { stuck, others } = await rollBack(rolling, { ...context, begin: countAttempts(rolling, context) }, record);
  refuseStuck(stuck);
  tell(others, context);
  return "rolled back";
}

// The units of another boot started with the files as they were; those of an image are not this machine's, whatever its journal says.
function isOwed({ journal }: Transaction, { root }: TransactionContext): boolean {
  return root === "/" && isSameBoot(journal);
}

// Not thrown: this run's own files may be what mends it.
function tell(problems: readonly Problem[], { log }: TransactionContext): void {
  for (const problem of problems) log("error", formatProblem(problem));
}

function tellUndone({ stuck, lost }: UndoProblems, context: TransactionContext): void {
  refuseStuck(stuck);
  tell(lost, context);
}

function refuseStuck(stuck: readonly Problem[]): void {
  if (stuck.length > 0) throw new Refusal("cannot-write", stuck);
}

// Those of a state file that a killed run was about to write.
function removeOwnLeftovers(root: string, path: OwnFolder): void {
  try {
    inFolder(root, path, TRUST_NOBODY_ELSE, removeLeftovers);
  } catch (error) {
    if (!isMissingFolder(error)) throw error;
  }
}
