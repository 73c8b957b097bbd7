// The runs that wait for somebody to confirm them, by their journals.

import { Refusal } from "../../refusal.ts";
import { describeUnreadable, JOURNAL_FOLDERS, readJournal, type Trial } from "../transaction/journal.ts";
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

/** For whoever has found none. @throws Refusal where a journal can't be read: it may be that of a run that waits */
export function refuseUnreadable(root: string): void {
  const unreadable = JOURNAL_FOLDERS.filter((folder) => readJournal(root, folder).kind === "unreadable");
  if (unreadable.length === 0) return;
  const problems = unreadable.map((folder) => ({
    what: `${describeUnreadable(root, folder).what}: nobody can tell whether a run waits for its confirmation, and what was before it`,
    fix: "Run `parbake apply`, which discards the journal and makes every file as declared; to go back, put the old config back first.",
  }));
  throw new Refusal("data", problems);
}
