// When some secrets cannot be fetched: apply everything that does not need them, then fail with their error.

import { existsSync } from "node:fs";
import { joinRefusals } from "../collect-refusals.ts";
import { resolveInRoot } from "../host/resolve-in-root.ts";
import type { Log } from "../log.ts";
import { isBelow } from "../names/plain-path.ts";
import type { Plan, SecretStep } from "../plan/plan.ts";
import { readyUnits } from "../plan/unit-needs.ts";
import { Refusal, type Problem } from "../refusal.ts";
import { partialPlan, type Held } from "./partial-plan.ts";
import { neededSecrets } from "./secrets/needed-secrets.ts";
import { markAllReady, markReady } from "./units/readiness.ts";

/** What of a plan this run applies. */
export interface Possible {
  /** The whole plan, or the part of it that needs none of the secrets that failed. */
  readonly plan: Plan;
  readonly held: readonly Held[];
  /** What the run ends with when the rest is applied. Null: nothing is held, or it is as it should be. */
  readonly failure: Refusal | null;
}

/** @param failed by the secret's name */
export function choosePossible(plan: Plan, failed: ReadonlyMap<string, Refusal>, root: string): Possible {
  if (failed.size === 0) return { plan, held: [], failure: null };
  return { ...partialPlan(plan, failed, isStoredIn(plan, root)), failure: joinRefusals([...failed.values()]) };
}

function isStoredIn({ secretsFolder }: Plan, root: string): (path: string) => boolean {
  return (path) => isBelow(secretsFolder, path) && existsSync(resolveInRoot(root, path));
}

export interface Bake {
  /** What says that it is one: `--bake`. */
  readonly by: string;
  /** Paths of the files that print what only an instance knows. */
  readonly ofInstance: readonly string[];
}

/** In a bake no secret is fetched: what needs one is left to the boot, which is no failure. */
export function leaveToBoot(plan: Plan, { by, ofInstance }: Bake, root: string): Possible {
  const left = (what: string): Problem => ({ what: `${what} in a bake (${by})`, fix: "Nothing: the boot does it." });
  const refusalOf = ({ name }: SecretStep) => new Refusal("unavailable", left(`the secret ${name} is not fetched`));
  const failures = new Map(neededSecrets(plan).map((step) => [step.name, refusalOf(step)]));
  const unknown = left("what only an instance knows is not known");
  const files = plan.steps.filter((step) => step.kind === "file" && ofInstance.includes(step.path));
  const more = new Map(files.map((step) => [step, [unknown]] as const));
  return { ...partialPlan(plan, failures, isStoredIn(plan, root), more), failure: null };
}

/** Tells the units of the whole plan which of them lack nothing, and the log which are held. */
export function releaseUnits(plan: Plan, { held, failure }: Possible, root: string, log: Log): void {
  // A part of a plan says nothing of the units that it does not name.
  if (plan.part === null) {
    if (held.length === 0) markAllReady(root);
    else markReady(root, readyUnits(plan, held));
  }
  const units = new Map<string, string[]>();
  for (const { what, units: names } of held)
    for (const unit of names) units.set(unit, [...(units.get(unit) ?? []), what]);
  for (const [unit, things] of units)
    log(failure === null ? "info" : "error", `${unit} is held back: it needs ${things.join(", ")}`);
}
