// Makes a trial of a run: its journal says that somebody has to confirm it, and a timer takes it back if nobody does. Both before the
// first file is replaced, so that from then on nothing can end the run and leave its files.

import type { Problem } from "../../refusal.ts";
import { undoAll, withUndoProblems } from "../change/make-all.ts";
import { noteTraces } from "../transaction/traces.ts";
import type { Transaction, TransactionContext } from "../transaction/transaction.ts";
import { startTimer } from "./revert-timer.ts";
import { warnOfReboot } from "./warn-of-reboot.ts";

export interface TrialContext extends TransactionContext {
  readonly runId: string;
  readonly secretsFolder: string;
  readonly warn: (problems: readonly Problem[]) => void;
}

/** @throws Refusal where there can be no timer; what was staged is dropped then */
export async function startTrial(
  { journal, folder }: Transaction,
  durationMs: number,
  context: TrialContext,
): Promise<Transaction> {
  const { root, runId, secretsFolder, warn, log } = context;
  try {
    warn(await warnOfReboot(journal.changes, context));
    const until = new Date(Date.now() + durationMs).toISOString();
    await startTimer(runId, durationMs, context);
    const trial = { runId, until, isTold: false, before: noteTraces(root, secretsFolder) };
    return { journal: { ...journal, trial }, folder };
  } catch (error) {
    throw withUndoProblems(error, undoAll(root, journal.changes), log);
  }
}
