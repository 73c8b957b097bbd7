// Tells the running system of the new files: systemd first, then the units, then the health checks. Stops at the first that
// fails, for the old files are to come back then. Never changes a file.

import { Refusal } from "../refusal.ts";
import { checkHealth, type HealthReport } from "./check-health.ts";
import { joinRefusals } from "./gather-refusals.ts";
import type { FollowUp } from "./journal.ts";
import { applyUnitActions, problemsOf, reloadManager, type UnitContext, type UnitReport } from "./units.ts";

export interface FollowUpResult {
  readonly units: readonly UnitReport[];
  readonly healthChecks: readonly HealthReport[];
  /** Null: all is well. 69 where a unit failed, 65 where a health check did. */
  readonly refusal: Refusal | null;
}

export async function performFollowUp(
  { reloadsManager, actions, healthChecks }: FollowUp,
  context: UnitContext & { readonly root: string },
): Promise<FollowUpResult> {
  const problem = reloadsManager ? await reloadManager(context) : null;
  if (problem !== null) return { units: [], healthChecks: [], refusal: new Refusal("unavailable", problem) };
  const outcomes = await applyUnitActions(actions, context);
  const units = outcomes.map(({ report }) => report);
  const failures = problemsOf(outcomes);
  if (failures.length > 0) return { units, healthChecks: [], refusal: new Refusal("unavailable", failures) };
  const { reports, refusals } = await checkHealth(healthChecks, units, context);
  return { units, healthChecks: reports, refusal: refusals.length > 0 ? joinRefusals(refusals) : null };
}
