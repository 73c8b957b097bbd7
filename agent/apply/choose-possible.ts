// What of a plan a run can apply, where some of its secrets cannot be fetched or an earlier wave of the run has failed: everything
// that does not need them.

import { existsSync } from "node:fs";
import { joinRefusals } from "../collect-refusals.ts";
import { resolveInRoot } from "../host/resolve-in-root.ts";
import { isBelow } from "../names/plain-path.ts";
import type { Plan, SecretStep, Step } from "../plan/plan.ts";
import { wavesOf, type Wave } from "../plan/waves.ts";
import { Refusal, type Problem } from "../refusal.ts";
import { partialPlan, type Held } from "./partial-plan.ts";
import { neededSecrets } from "./secrets/needed-secrets.ts";

/** What of a plan this run applies. */
export interface Possible {
  /** The whole plan, or the part of it that needs none of what failed. */
  readonly plan: Plan;
  readonly held: readonly Held[];
  /** What the run ends with when the rest is applied. Null: no secret has failed, or it is as it should be. */
  readonly failure: Refusal | null;
}

/** The waves that cannot be applied, and why. */
export type FailedWaves = ReadonlyMap<Wave, Refusal>;

/** @param failed by the secret's name */
export function choosePossible(
  plan: Plan,
  failed: ReadonlyMap<string, Refusal>,
  failedWaves: FailedWaves,
  root: string,
): Possible {
  if (failed.size === 0 && failedWaves.size === 0) return { plan, held: [], failure: null };
  const inOrder = neededSecrets(plan).flatMap(({ name }) => {
    const refusal = failed.get(name);
    return refusal === undefined ? [] : [{ name, refusal }];
  });
  const failure = inOrder.length === 0 ? null : tellCausesOnce(inOrder);
  return { ...partialPlan(plan, failed, isStoredIn(plan, root), failSteps(plan, failedWaves)), failure };
}

interface FailedSecret {
  readonly name: string;
  readonly refusal: Refusal;
}

/** What keeps several secrets away, as that there is no role or no way to AWS, is told once, and is about none of their places. */
function tellCausesOnce(failed: readonly FailedSecret[]): Refusal {
  const { code, cause, isRetryable } = joinRefusals(failed.map(({ refusal }) => refusal));
  const told = failed.flatMap(({ name, refusal: { shared, problems } }) =>
    problems.map((problem) => ({ name, shared, problem })),
  );
  const byCause = Map.groupBy(told, ({ shared, problem }) => `${shared ?? problem.what}\n${problem.fix}`);
  const once = [...byCause.values()].map(([first, ...others]): Problem => {
    const { shared, problem } = first!;
    if (others.length === 0) return problem;
    const names = [first!, ...others].map(({ name }) => name).join(", ");
    return { what: shared === null ? problem.what : `secrets ${names}: ${shared}`, fix: problem.fix };
  });
  return new Refusal(code, once, { cause, isRetryable });
}

/** What needs no memory for secrets. */
export function withoutStore(plan: Plan, trouble: Refusal, root: string): Possible {
  return choosePossible(plan, new Map(), new Map([["secrets", trouble]]), root);
}

/** A folder is made by the next wave, where the first has failed. */
function failSteps(plan: Plan, failed: FailedWaves): ReadonlyMap<Step, readonly Problem[]> {
  if (failed.size === 0) return new Map();
  const ofWaves = [...wavesOf(plan)].flatMap(([step, wave]) => {
    const refusal = step.kind === "folder" ? undefined : failed.get(wave);
    return refusal === undefined ? [] : [[step, refusal.problems] as const];
  });
  return new Map(ofWaves);
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
  // The whole plan says what is no longer declared; a part of it leaves that to the boot.
  if (failures.size === 0 && more.size === 0) return { plan, held: [], failure: null };
  return { ...partialPlan(plan, failures, isStoredIn(plan, root), more), failure: null };
}
