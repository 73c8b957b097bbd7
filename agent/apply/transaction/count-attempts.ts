// Counts, in the journal and before it is taken, how often each step of what a killed run has left was taken up again and did not
// come back: a health check or a restart that ends parbake itself must not do so at every run for ever.

import { Refusal } from "../../refusal.ts";
import { writeJournal, type Begun } from "./journal.ts";
import type { Transaction, TransactionContext } from "./transaction.ts";
import type { Begin } from "../units/unit-actions.ts";

/** Not one: what ends a run twice at the same step may be chance. The run that began it is not counted: it would pay a durable write
 * for each step, at every boot. */
const MOST_REPLAYS = 2;

/** @param transaction as it lies on the disk */
export function countAttempts({ journal, folder }: Transaction, { root, log }: TransactionContext): Begin {
  let begun: readonly Begun[] = journal.begun ?? [];
  let current: string | null = null;
  return (step) => {
    // The one before has come back.
    begun = begun.filter((known) => known.step !== current);
    const times = begun.find((known) => known.step === step)?.times ?? 0;
    current = null;
    if (times >= MOST_REPLAYS) return false;
    current = step;
    begun = [...begun.filter((known) => known.step !== step), { step, times: times + 1 }];
    try {
      writeJournal(root, folder, { ...journal, begun });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      log("warn", `the journal cannot count this attempt to ${step}: ${error.message}`);
    }
    return true;
  };
}
