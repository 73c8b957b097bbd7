// What the running system must be told once the staged files are in place, and which units cannot be told here. Never tells them.

import type { FileStep } from "../../plan/plan.ts";
import { declaredAt } from "../../refusal.ts";
import type { UnitReport } from "../../report/report.ts";
import { isNewContent, type StagedTarget } from "../files/staged.ts";
import type { StagedRemoval } from "../files/undeclared.ts";
import { actionsOf } from "../targets/target.ts";
import type { HealthCheck } from "./check-health.ts";
import type { FollowUp } from "./follow-up.ts";
import { findObstacle, isManagerInput, mergeActions } from "./unit-actions.ts";

interface BuiltFollowUp {
  readonly followUp: FollowUp;
  /** With the reason, as the report has it. */
  readonly skipped: readonly UnitReport[];
}

export function buildFollowUp(
  staged: readonly StagedTarget[],
  removals: readonly StagedRemoval[],
  root: string,
): BuiltFollowUp {
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
  if (obstacle === null)
    return { followUp: { reloadsManager: paths.some(isManagerInput), actions, healthChecks }, skipped: [] };
  const skipped = actions.map(({ unit, action }) => ({ unit, action, outcome: obstacle }));
  return { followUp: { reloadsManager: false, actions: [], healthChecks }, skipped };
}

/** Null: the file has none. */
export function checkOf({ path, healthCheck, onChange, at }: FileStep, holdsSecrets: boolean): HealthCheck | null {
  if (healthCheck === null) return null;
  return { path, argv: healthCheck, units: onChange.map(({ unit }) => unit), holdsSecrets, ...declaredAt(at) };
}
