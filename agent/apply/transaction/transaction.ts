// Swaps the staged files in, tells the system of them, and restores the old ones where that fails. The journal names every step
// before it is taken. Settling drops what was kept for an undo.

import type { Deadline } from "../../deadline.ts";
import type { RunCommand } from "../../host/run-command.ts";
import type { Log } from "../../log.ts";
import { Refusal, type Problem } from "../../refusal.ts";
import { GIVEN_UP, type HealthReport, type UnitReport } from "../../report/report.ts";
import type { RunRecord } from "../../report/run-record.ts";
import { isStop, refuseStop } from "../../stop.ts";
import type { TimeStep } from "../../time-step.ts";
import {
  makeAll,
  settleAll,
  undoAll,
  withProblems,
  withUndoProblems,
  type UndoProblems,
  type WrittenByChange,
} from "../change/make-all.ts";
import { tryWriteManaged } from "../state/managed.ts";
import type { OwnFolder } from "../state/own-folders.ts";
import { givenUp, performFollowUp, tellGivenUp } from "../units/follow-up.ts";
import {
  applyUnitActions,
  problemsOf,
  reloadManager,
  touchedUnits,
  type UnitContext,
  type OwedAction,
} from "../units/unit-actions.ts";
import { isEmpty, removeJournal, writeJournal, type Journal } from "./journal.ts";

export interface TransactionContext {
  readonly root: string;
  readonly deadline: Deadline;
  /** For restoring the old files and having the units take them, also where the run is asked to stop. */
  readonly wayBack: Deadline;
  readonly log: Log;
  readonly run: RunCommand;
  readonly time?: TimeStep;
  readonly noBlock: boolean;
}

/** A journal and the folder that it lies in. */
export interface Transaction {
  readonly journal: Journal;
  readonly folder: OwnFolder;
}

/** Replaces all files durably, or throws and leaves all as they were. The commit point is its last write. */
export async function swapIn(
  { journal, folder }: Transaction,
  written: WrittenByChange,
  { root, log, deadline }: TransactionContext,
): Promise<Transaction> {
  try {
    await refuseStop(deadline);
    writeJournal(root, folder, journal);
    makeAll(root, journal.changes, written, (path) => log("debug", `swapped in ${path}`));
    await refuseStop(deadline);
    const isOver = isEmpty(journal.followUp) && journal.trial === undefined;
    const swapped = { ...journal, phase: isOver ? "settle" : "act" } as const;
    writeJournal(root, folder, swapped);
    return { journal: swapped, folder };
  } catch (error) {
    throw withUndoProblems(error, takeBack({ journal, folder }, root), log);
  }
}

/** Undoes a swap that nobody has been told of. Answers with what is stuck; the journal stays then. */
export function takeBack({ journal, folder }: Transaction, root: string): UndoProblems {
  const { stuck, lost } = undoAll(root, journal.changes);
  if (stuck.length > 0) return { stuck, lost };
  return { stuck: tryRemoveJournal(root, folder), lost };
}

/** What the running system was told, and with what result. */
export interface Told {
  readonly units: readonly UnitReport[];
  readonly healthChecks: readonly HealthReport[];
  /** Whether the old files were restored. */
  readonly isRolledBack: boolean;
  /** Why the new files did not stay. Null: they do. */
  readonly failure: Refusal | null;
  /** Old files that could not be restored either; the journal stays then. */
  readonly stuck: readonly Problem[];
}

/**
 * Reloads, restarts and health checks. If one fails, the old files are restored and the units reloaded with them.
 * @param hear gets what is known so far: when the units are told, and when the old files are back
 */
export async function tellUnits(
  { journal, folder }: Transaction,
  context: TransactionContext & Pick<UnitContext, "revive" | "begin">,
  record: RunRecord,
  hear: (told: Told) => void = () => {},
): Promise<Told> {
  const { units, healthChecks, refusal } = await performFollowUp(journal.followUp, context);
  record.warn(tellGivenUp(journal.followUp, units, healthChecks), context.log);
  const told: Told = { units, healthChecks, isRolledBack: false, failure: refusal, stuck: [] };
  hear(told);
  if (refusal === null) return told;
  const owed = { ...journal.followUp, actions: touchedUnits(units), healthChecks: [] };
  const rolling = { journal: { ...asTold(journal), phase: "rollback", followUp: owed }, folder } as const;
  // Attempts are counted for the steps of the follow-up, which is over; all that it touched ran before.
  const { begin: _, revive: __, ...uncounted } = context;
  const hearBack = () => hear({ ...told, isRolledBack: true });
  const { stuck, others, isRolledBack, reports } = await rollBack(rolling, uncounted, hearBack);
  const ending = isRolledBack && !isStop(refusal) ? tellRollback(refusal) : refusal;
  const failure = withProblems(ending, [...stuck, ...others]);
  return { units: withRollback(units, reports), healthChecks, isRolledBack, failure, stuck };
}

/** How restoring the old files went. */
interface RolledBack {
  readonly isRolledBack: boolean;
  /** Of the units that were told of the old files. */
  readonly reports: readonly UnitReport[];
  readonly stuck: readonly Problem[];
  /** Of units that refuse the old files too, say: nothing that a next run could fix. */
  readonly others: readonly Problem[];
}

/** @param hearBack called when the old files are back, before the units are told */
export async function rollBack(
  { journal, folder }: Transaction,
  context: TransactionContext & Pick<UnitContext, "begin" | "revive">,
  hearBack: () => void = () => {},
): Promise<RolledBack> {
  const { root, log } = context;
  try {
    writeJournal(root, folder, journal);
  } catch (error) {
    // A full disk: restoring the old files needs no room.
    if (!(error instanceof Refusal)) throw error;
    log("warn", `parbake restores the old files, though it cannot note that in its journal: ${error.message}`);
  }
  const { stuck, lost } = undoAll(root, journal.changes);
  if (stuck.length > 0) return { isRolledBack: false, reports: [], stuck, others: lost };
  hearBack();
  const { reports, problems } = await actOnOldFiles(journal.followUp, context);
  return { isRolledBack: true, reports, stuck: tryRemoveJournal(root, folder), others: [...lost, ...problems] };
}

/** Keeps what was kept of the old files: somebody is to confirm the new ones. @param units what became of them */
export function awaitConfirmation({ journal, folder }: Transaction, units: readonly UnitReport[], root: string): void {
  const followUp = { ...journal.followUp, actions: touchedUnits(units), healthChecks: [] };
  writeJournal(root, folder, { ...asTold(journal), phase: "confirm", followUp });
}

function asTold({ trial, ...journal }: Journal): Journal {
  return trial === undefined ? journal : { ...journal, trial: { ...trial, isTold: true } };
}

/** Drops what was kept of the old files, and then the journal. */
export function settle({ journal, folder }: Transaction, { root, log }: TransactionContext): void {
  if (journal.phase !== "settle") {
    try {
      writeJournal(root, folder, { ...journal, phase: "settle" });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      log("warn", `parbake drops the old files, though it cannot note that in its journal: ${error.message}`);
      removeJournal(root, folder);
    }
  }
  // Before the journal goes, which is the next run's to settle where the record cannot be written.
  const isRecorded = !journal.managed || tryWriteManaged(root, journal.managed, log);
  settleAll(root, journal.changes);
  if (isRecorded) removeJournal(root, folder);
}

async function actOnOldFiles(
  { reloadsManager, actions }: { readonly reloadsManager: boolean; readonly actions: readonly OwedAction[] },
  context: TransactionContext & Pick<UnitContext, "begin" | "revive">,
): Promise<{ readonly reports: readonly UnitReport[]; readonly problems: readonly Problem[] }> {
  const units: UnitContext = { ...context, deadline: context.wayBack, revive: context.revive ?? "all" };
  const problem = reloadsManager ? await reloadManager(units) : null;
  const outcomes = [];
  // All of them: one that fails must not keep the others from their old files.
  for (const action of actions) outcomes.push(...(await applyUnitActions([action], units)));
  const reports = outcomes.map(({ report }) => report);
  const left = reports.filter(({ outcome }) => outcome === GIVEN_UP).map((report) => givenUp(report));
  const ofUnits = [...problemsOf(outcomes), ...left].map(tellOfOldFiles);
  return { reports, problems: problem === null ? ofUnits : [problem, ...ofUnits] };
}

/** The reports of units, with what became of each when it was told of the old files. */
export function withRollback(units: readonly UnitReport[], rolledBack: readonly UnitReport[]): UnitReport[] {
  const byUnit = new Map(rolledBack.map((report) => [report.unit, report]));
  const known = units.map((report) => {
    const rollback = byUnit.get(report.unit);
    byUnit.delete(report.unit);
    return rollback ? { ...report, rollbackOutcome: rollback.outcome } : report;
  });
  // Of a run that was killed: nobody knows what its own action came to.
  return [...known, ...[...byUnit.values()].map((report) => ({ ...report, rollbackOutcome: report.outcome }))];
}

/** A run that was asked to stop says so itself. */
function tellRollback({ code, problems, cause, isRetryable }: Refusal): Refusal {
  const told = problems.map((problem) => ({ ...problem, fix: `The old files were restored. ${problem.fix}` }));
  return new Refusal(code, told, { cause, isRetryable });
}

function tellOfOldFiles(problem: Problem): Problem {
  return { ...problem, what: `with the old files restored, ${problem.what}` };
}

// A journal that stays is taken back or settled once more, which changes nothing.
function tryRemoveJournal(root: string, folder: OwnFolder): Problem[] {
  try {
    removeJournal(root, folder);
    return [];
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return [...error.problems];
  }
}
