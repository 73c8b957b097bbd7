// What the image must hold for a plan to work on it: owners, folders, validators and units. Never writes, runs nothing.

import { accessSync, constants } from "node:fs";
import { limitedUnit } from "../config/share-path.ts";
import { errnoOf } from "../host/file-error.ts";
import { resolveInRoot } from "../host/resolve-in-root.ts";
import { isUnitInImage, listUnits } from "../image/units.ts";
import { isService } from "../names/unit-name.ts";
import { nearest } from "../nearest.ts";
import type { FileStep, Plan, SecretStep } from "../plan/plan.ts";
import { placeProblem, type Declared, type Problem } from "../refusal.ts";
import { inspectPlan } from "./inspect-plan.ts";

export function checkImage(plan: Plan, root: string): Problem[] {
  const files = plan.steps.filter((step) => step.kind === "file");
  const secrets = plan.steps.filter((step) => step.kind === "secret");
  const found = inspectPlan(plan, root).map(({ problem }) => problem);
  return [
    ...found.filter((problem) => problem !== null),
    ...placed(files, (file) => checkValidator(file, root)),
    ...placed(secrets, (step) => checkCredentialUnits(step, root)),
    ...placed(files, (file) => checkUnits(file, root)),
    ...placed(files, (file) => checkLimited(file, root)),
  ];
}

function placed<T extends Declared>(steps: readonly T[], check: (step: T) => readonly Problem[]): Problem[] {
  return steps.flatMap((step) => check(step).map((problem) => placeProblem(problem, step)));
}

function checkValidator({ validate, path }: FileStep, root: string): Problem[] {
  const program = validate?.[0];
  if (program === undefined) return [];
  if (isExecutable(resolveInRoot(root, program))) return [];
  return [
    {
      what: `the validator of ${path}, ${program}, is not in the image`,
      fix: "Install its package, or fix the path.",
    },
  ];
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch (error) {
    if (errnoOf(error) === null) throw error;
    return false;
  }
}

function checkUnits({ onChange, path }: FileStep, root: string): Problem[] {
  const missing = onChange.filter(({ unit }) => !isUnitInImage(unit, root));
  return missing.map(({ unit, action }) => ({
    what: `${path} is to ${action} ${unit}, which is not in the image`,
    fix: adviseUnit(unit, root),
  }));
}

/** What all units of a kind end with makes none of them near. */
function adviseUnit(unit: string, root: string): string {
  const suffix = unit.slice(unit.lastIndexOf("."));
  const stemOf = (name: string) => name.slice(0, -suffix.length);
  const stems = listUnits(root).filter((name) => name.endsWith(suffix));
  const close = nearest(stemOf(unit), stems.map(stemOf));
  return close === null
    ? "Install its package, or fix the unit's name."
    : `Did you mean '${close}${suffix}'? Else install its package.`;
}

/** A slice needs no file of its own. */
function checkLimited({ path }: FileStep, root: string): Problem[] {
  const unit = limitedUnit(path);
  if (unit === null || !isService(unit) || isUnitInImage(unit, root)) return [];
  const what = `enforce keeps ${unit} to its share, which is not in the image`;
  return [{ what, fix: adviseUnit(unit, root) }];
}

function checkCredentialUnits({ name, keys }: SecretStep, root: string): Problem[] {
  const units = new Set(keys.flatMap(({ credential }) => credential?.units ?? []));
  return [...units]
    .filter((unit) => !isUnitInImage(unit, root))
    .map((unit) => ({
      what: `the secret ${name} is for ${unit}, which is not in the image`,
      fix: adviseUnit(unit, root),
    }));
}
