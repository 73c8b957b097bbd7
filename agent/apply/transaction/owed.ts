// What a run that was cut short still owes to units and health checks. Tells nobody.

import type { Plan } from "../../plan/plan.ts";
import { listUnresolved } from "../targets/target.ts";
import { checkOf } from "../units/build-follow-up.ts";
import type { HealthCheck } from "../units/check-health.ts";
import type { UnitContext } from "../units/unit-actions.ts";
import { isSameBoot } from "./journal.ts";
import type { Transaction, TransactionContext } from "./transaction.ts";

/** With the health checks of the plan of now: no program runs because a journal names it. */
export function withChecksOf(plan: Plan, transaction: Transaction, { log }: TransactionContext): Transaction {
  const { journal } = transaction;
  const healthChecks = journal.followUp.healthChecks.flatMap(({ path }): HealthCheck[] => {
    const target = listUnresolved(plan).find((one) => one.path === path);
    const check = target?.source.kind === "file" ? checkOf(target.source.step, target.isSecret) : null;
    if (check === null) log("warn", `the health check of ${path} is skipped: the plan no longer has one`);
    return check === null ? [] : [check];
  });
  return { ...transaction, journal: { ...journal, followUp: { ...journal.followUp, healthChecks } } };
}

/** The units of another boot started with the files as they were; those of an image are not this machine's, whatever its journal says. */
export function isOwed({ journal }: Transaction, { root }: TransactionContext): boolean {
  return root === "/" && isSameBoot(journal);
}

/** Units that nothing holds back may have started with the new files before this boot's run came to take them back. */
export function isToldBack(transaction: Transaction, context: TransactionContext): boolean {
  return isOwed(transaction, context) || (context.root === "/" && transaction.journal.trial !== undefined);
}

/** Those that ran when the new files came, as far as anybody knows. */
export function revivedBy({ journal }: Transaction): NonNullable<UnitContext["revive"]> {
  const { trial } = journal;
  if (trial === undefined) return "all";
  return !isSameBoot(journal) ? "none" : trial.isTold ? "all" : "failed";
}
