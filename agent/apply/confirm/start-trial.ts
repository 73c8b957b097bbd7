// Makes a trial of a run: its journal says that somebody has to confirm it, and a timer takes it back if nobody does. Both before the
// first file is replaced, so that from then on nothing can end the run and leave its files.

import type { Problem } from "../../refusal.ts";
import { undoAll, withUndoProblems } from "../change/make-all.ts";
import { noteTraces } from "../transaction/traces.ts";
import type { Transaction, TransactionContext } from "../transaction/transaction.ts";
import { isBootRunEnabled, startTimer } from "./revert-timer.ts";

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
    if (!(await isBootRunEnabled(context))) warn([NOT_ENABLED]);
    const until = new Date(Date.now() + durationMs).toISOString();
    await startTimer(runId, durationMs, context);
    const trial = { runId, until, isTold: false, before: noteTraces(root, secretsFolder) };
    return { journal: { ...journal, trial }, folder };
  } catch (error) {
    throw withUndoProblems(error, undoAll(root, journal.changes), log);
  }
}

const NOT_ENABLED: Problem = {
  what: "parbake.service is not enabled: if the machine reboots before you confirm, nothing takes the files back at its start",
  fix: "Enable it: systemctl enable parbake.service. Or run `parbake revert` after the reboot.",
};
