// When some secrets cannot be fetched: apply everything that does not need them, then fail with their error.

import { existsSync } from "node:fs";
import { joinRefusals } from "../collect-refusals.ts";
import { resolveInRoot } from "../host/resolve-in-root.ts";
import type { Log } from "../log.ts";
import { isBelow } from "../names/plain-path.ts";
import type { Plan } from "../plan/plan.ts";
import type { Refusal } from "../refusal.ts";
import { partialPlan, type Held } from "./partial-plan.ts";
import { markAllReady, markReady } from "./units/readiness.ts";
import { readyUnits } from "./units/unit-needs.ts";

/** What of a plan this run applies. */
export interface Possible {
  /** The whole plan, or the part of it that needs none of the secrets that failed. */
  readonly plan: Plan;
  readonly held: readonly Held[];
  /** What the run ends with when the rest is applied. Null: nothing is held. */
  readonly failure: Refusal | null;
}

/** @param failed by the secret's name */
export function choosePossible(plan: Plan, failed: ReadonlyMap<string, Refusal>, root: string): Possible {
  if (failed.size === 0) return { plan, held: [], failure: null };
  const isStored = (path: string) => isBelow(plan.secretsFolder, path) && existsSync(resolveInRoot(root, path));
  return { ...partialPlan(plan, failed, isStored), failure: joinRefusals([...failed.values()]) };
}

/** Tells the units of the whole plan which of them lack nothing, and the log which are held. */
export function releaseUnits(plan: Plan, { held, failure }: Possible, root: string, log: Log): void {
  // A part of a plan says nothing of the units that it does not name.
  if (plan.part === null) {
    if (failure === null) markAllReady(root);
    else markReady(root, readyUnits(plan, held));
  }
  const units = new Map<string, string[]>();
  for (const { what, units: names } of held)
    for (const unit of names) units.set(unit, [...(units.get(unit) ?? []), what]);
  for (const [unit, things] of units) log("error", `${unit} is held back: it needs ${things.join(", ")}`);
}
