// Tells the running system of the new files: systemd first, then the units, then the health checks. Stops at the first that
// fails, because the old files are restored then. Never changes a file.

import { joinRefusals } from "../../collect-refusals.ts";
import type { OnChange } from "../../config/config.ts";
import { placeProblem, Refusal, type Declared, type Problem } from "../../refusal.ts";
import { GIVEN_UP, type UnitReport, type HealthReport } from "../../report/report.ts";
import { OLD_FILES_RESTORED, stopped, stopRequestOf } from "../../stop.ts";
import { checkHealth, type HealthCheck } from "./check-health.ts";
import { applyUnitActions, type OwedAction, problemsOf, reloadManager, type UnitContext } from "./unit-actions.ts";

interface FollowUpResult {
  readonly units: readonly UnitReport[];
  readonly healthChecks: readonly HealthReport[];
  /** Null: all is well. 71 where a unit failed, 65 where a health check did. */
  readonly refusal: Refusal | null;
}

export async function performFollowUp(
  { reloadsManager, actions, healthChecks }: FollowUp,
  context: UnitContext & { readonly root: string },
): Promise<FollowUpResult> {
  // What it found when it was stopped says nothing of the new files.
  const orStop = (refusal: Refusal): Refusal => {
    const request = stopRequestOf(context.deadline);
    return request === null ? refusal : stopped(request, OLD_FILES_RESTORED);
  };
  const problem = reloadsManager ? await reloadManager(context) : null;
  if (problem !== null) return { units: [], healthChecks: [], refusal: orStop(new Refusal("system", problem)) };
  const outcomes = await applyUnitActions(actions, context);
  const units = outcomes.map(({ report }) => report);
  const failures = problemsOf(outcomes);
  if (failures.length > 0) return { units, healthChecks: [], refusal: orStop(new Refusal("system", failures)) };
  const { reports, refusals } = await checkHealth(healthChecks, units, context);
  return { units, healthChecks: reports, refusal: refusals.length > 0 ? orStop(joinRefusals(refusals)) : null };
}

/** Warns of steps that ended parbake whenever it took them up again. The new files stay: no failed step speaks against them, and
 * restoring the old ones would bring the same step once more. */
export function tellGivenUp(
  { actions, healthChecks }: FollowUp,
  units: readonly UnitReport[],
  health: readonly HealthReport[],
): Problem[] {
  const ofUnits = units.filter(isGivenUp).map((report) =>
    givenUp(
      report,
      actions.find(({ unit }) => unit === report.unit),
    ),
  );
  const ofChecks = health.filter(isGivenUp).map(({ path }) => {
    const check = healthChecks.find((one) => one.path === path);
    const what = `${path}: its health check \`${check?.argv.join(" ")}\` is given up: parbake did not come back from it, twice in a row`;
    return placeProblem({ what, fix: "The new files stay, unchecked. Fix `healthCheck:`." }, check ?? {});
  });
  return [...ofUnits, ...ofChecks];
}

function isGivenUp({ outcome }: UnitReport | HealthReport): boolean {
  return outcome === GIVEN_UP;
}

/** Of a reload or restart, whichever files the unit was to read. */
export function givenUp({ unit, action }: OnChange, declared: Declared = {}): Problem {
  const what = `${unit}: its ${action} is given up: parbake did not come back from it, twice in a row`;
  const fix = `The files stay as they are. Look at \`journalctl -u ${unit}\`, and ${action} it by hand.`;
  return placeProblem({ what, fix }, declared);
}

/** What is to be done once the new files are in place. */
export interface FollowUp {
  /** Whether systemd itself must reload its unit files. */
  readonly reloadsManager: boolean;
  /** One for each unit. */
  readonly actions: readonly OwedAction[];
  readonly healthChecks: readonly HealthCheck[];
}
