// Tells the units that wait which of them lack nothing any more, and the log which are held.

import type { Log } from "../log.ts";
import type { Plan } from "../plan/plan.ts";
import { readyUnits } from "../plan/unit-needs.ts";
import type { Held } from "./partial-plan.ts";
import { markAllReady, markReady } from "./units/readiness.ts";
import { wakeReady } from "./units/waiting.ts";

/**
 * @param plan up to the wave that is in place
 * @param held of it
 * @returns the units that it has released
 */
export function releaseUnits(plan: Plan, held: readonly Held[], root: string): string[] {
  const units = readyUnits(plan, held);
  markReady(root, units);
  wakeReady(root);
  return units;
}

/** The same at the end of a run. A part of a plan releases none: of what it leaves out, a unit may need more. */
export function releaseAll(plan: Plan, held: readonly Held[], root: string): string[] {
  if (plan.part !== null) return [];
  const units = readyUnits(plan, held);
  if (held.length === 0) markAllReady(root);
  else markReady(root, units);
  wakeReady(root);
  return units;
}

export function logHeld(held: readonly Held[], isFailure: boolean, log: Log): void {
  const units = new Map<string, string[]>();
  for (const { what, units: names } of held)
    for (const unit of names) units.set(unit, [...(units.get(unit) ?? []), what]);
  for (const [unit, things] of units)
    log(isFailure ? "warn" : "info", `${unit} is held back: it needs ${things.join(", ")}`);
}
