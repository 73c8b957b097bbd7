// Counts how often a step that a killed run left was tried again and ended parbake, too: a health check or a restart that does so
// must not do it at every run. The journal has the count before the step begins.

import { Refusal } from "../../refusal.ts";
import type { Begin } from "../units/unit-actions.ts";
import { writeJournal, type Begun } from "./journal.ts";
import type { Transaction, TransactionContext } from "./transaction.ts";

/** Not one: what ends a run twice at the same step may be chance. The run that began it is not counted: it would pay a durable write
 * for each step, at every boot. */
const MOST_REPLAYS = 2;

/** @param transaction as it lies on the disk */
export function countAttempts({ journal, folder }: Transaction, { root, log }: TransactionContext): Begin {
  let begun: readonly Begun[] = journal.begun ?? [];
  let current: string | null = null;
  return (step) => {
    // The step before has ended, and parbake has not.
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
