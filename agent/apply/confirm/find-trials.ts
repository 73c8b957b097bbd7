// The runs that wait for somebody to confirm them, by their journals.

import { JOURNAL_FOLDERS, readJournal, type Trial } from "../transaction/journal.ts";
import type { Transaction } from "../transaction/transaction.ts";

export interface OpenTrial extends Transaction {
  readonly trial: Trial;
}

/**
 * Killed ones too, which wait to be taken back; not those that were confirmed.
 * @param runId of this run alone; null: of any
 */
export function findTrials(root: string, runId: string | null): OpenTrial[] {
  return JOURNAL_FOLDERS.flatMap((folder): OpenTrial[] => {
    const found = readJournal(root, folder);
    if (found.kind !== "read" || found.document.phase === "settle") return [];
    const { trial } = found.document;
    const isMeant = trial !== undefined && (runId === null || trial.runId === runId);
    return isMeant ? [{ journal: found.document, folder, trial }] : [];
  });
}
