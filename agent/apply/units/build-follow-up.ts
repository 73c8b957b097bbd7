// What the running system must be told once the staged files are in place. What it cannot be told here goes into the report
// at once, with the reason.

import type { FileStep } from "../../plan/plan.ts";
import { declaredAt } from "../../refusal.ts";
import type { StagedRemoval } from "../files/undeclared.ts";
import type { RunRecord } from "../../report/run-record.ts";
import { actionsOf } from "../targets/target.ts";
import { findObstacle, isManagerInput, mergeActions } from "./unit-actions.ts";
import type { FollowUp } from "./follow-up.ts";
import type { HealthCheck } from "./check-health.ts";
import { isNewContent, type StagedTarget } from "../files/staged.ts";

export function planFollowUp(
  staged: readonly StagedTarget[],
  removals: readonly StagedRemoval[],
  root: string,
  record: RunRecord,
): FollowUp {
  const changed = staged.filter(({ change: { difference } }) => isNewContent(difference));
  const files = changed.flatMap(({ target: { source, isSecret } }) =>
    source.kind === "file" ? [{ step: source.step, isSecret }] : [],
  );
  const actions = mergeActions([
    ...changed.flatMap(({ target: { source, at } }) => actionsOf(source).map((one) => ({ ...one, ...declaredAt(at) }))),
    ...removals.flatMap(({ onChange }) => onChange),
  ]);
  const healthChecks = files.flatMap(({ step, isSecret }) => checkOf(step, isSecret) ?? []);
  const paths = [...files.map(({ step }) => step), ...removals].map(({ path }) => path);
  const obstacle = findObstacle(root);
  if (obstacle === null) return { reloadsManager: paths.some(isManagerInput), actions, healthChecks };
  record.units = [...record.units, ...actions.map(({ unit, action }) => ({ unit, action, outcome: obstacle }))];
  return { reloadsManager: false, actions: [], healthChecks };
}

/** Null: the file has none. */
export function checkOf({ path, healthCheck, onChange, at }: FileStep, holdsSecrets: boolean): HealthCheck | null {
  if (healthCheck === null) return null;
  return { path, argv: healthCheck, units: onChange.map(({ unit }) => unit), holdsSecrets, ...declaredAt(at) };
}
