// What a run does about secrets that it could not have: everything else, and then it ends as it would have without.

import { existsSync } from "node:fs";
import { resolveInRoot } from "../host/resolve-in-root.ts";
import type { Log } from "../log.ts";
import type { Plan } from "../plan/plan.ts";
import { Refusal } from "../refusal.ts";
import { isStop } from "../stop.ts";
import { joinRefusals } from "../collect-refusals.ts";
import { partialPlan, type Held } from "./partial-plan.ts";
import { markAllReady, markReady } from "./units/readiness.ts";
import { readyUnits } from "./units/unit-needs.ts";
import { isBelow } from "../names/plain-path.ts";

/**
 * Carries the plan out, or as much of it as needs none of the secrets that failed, and tells the units what is ready.
 * @param failed by the secret's name
 * @param carryOut gets the plan, or the part of it that can be done
 * @throws Refusal with what failed, when all else is done
 */
export async function carryOutPossible(
  plan: Plan,
  failed: ReadonlyMap<string, Refusal>,
  { root, log }: { readonly root: string; readonly log: Log },
  carryOut: (possible: Plan, held: readonly Held[]) => Promise<void>,
): Promise<void> {
  if (failed.size === 0) {
    await carryOut(plan, []);
    // A part says nothing of what is not in it.
    if (plan.part === null) markAllReady(root);
    return;
  }
  const failure = joinRefusals([...failed.values()]);
  const isStored = (path: string) => isBelow(plan.secretsFolder, path) && existsSync(resolveInRoot(root, path));
  const { plan: possible, held } = partialPlan(plan, failed, isStored);
  await carryOut(possible, held).catch((error: unknown) => {
    throw error instanceof Refusal && !isStop(error) ? joinRefusals([failure, error]) : error;
  });
  if (plan.part === null) markReady(root, readyUnits(plan, held));
  tellHeld(held, log);
  throw failure;
}

function tellHeld(held: readonly Held[], log: Log): void {
  const units = new Map<string, string[]>();
  for (const { what, units: names } of held)
    for (const unit of names) units.set(unit, [...(units.get(unit) ?? []), what]);
  for (const [unit, things] of units) log("error", `${unit} is held back for want of ${things.join(", ")}`);
}
