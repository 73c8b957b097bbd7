// When secrets cannot be fetched: which steps of a plan can still be done, and which are held back. Pure.

import { isHandOff } from "../config/hand-off-path.ts";
import { isBelow } from "../names/plain-path.ts";
import { namesPath } from "../plan/names-path.ts";
import type { Plan, Step } from "../plan/plan.ts";
import { unitsOf } from "../plan/unit-needs.ts";
import type { Problem, Refusal } from "../refusal.ts";

/** A step that is not done. */
export interface Held {
  /** `secret db`, or a file's path. */
  readonly what: string;
  /** The units that need it; none where what it was before is still in place. */
  readonly units: readonly string[];
  /** What an earlier run stored of it stays. */
  readonly isInPlace: boolean;
  readonly because: readonly Problem[];
}

interface PossiblePart {
  readonly plan: Plan;
  readonly held: readonly Held[];
}

type Because = ReadonlyMap<Step, readonly Problem[]>;

/**
 * A secret that fails takes with it the files that print it or name its file, theirs in turn, and nothing else. But where an
 * earlier run has stored it, all secrets stay as they are: readers see one whole generation, old or new.
 * @param failures by the secret's name
 * @param isStored whether a file of the secrets folder is in place from an earlier run
 * @param more other steps that cannot be done
 */
export function partialPlan(
  plan: Plan,
  failures: ReadonlyMap<string, Refusal>,
  isStored: (path: string) => boolean,
  more: Because = new Map(),
): PossiblePart {
  const failed = dependents(plan, new Map([...more, ...failSecrets(plan, failures)]), isStored);
  const isOldKept = [...failed.keys()].flatMap(pathsOf).some((path) => isInStore(plan, path) && isStored(path));
  const held = isOldKept ? dependents(plan, keepStore(plan, failed), isStored) : failed;
  return {
    plan: { ...plan, part: plan.part ?? "possible", steps: plan.steps.filter((step) => !held.has(step)) },
    held: [...held].map(([step, because]) => describe(step, because, isStored)),
  };
}

function failSecrets({ steps }: Plan, failures: ReadonlyMap<string, Refusal>): Because {
  return new Map(
    steps.flatMap((step) => {
      const refusal = step.kind === "secret" ? failures.get(step.name) : undefined;
      return refusal === undefined ? [] : [[step, refusal.problems] as const];
    }),
  );
}

/** Every step that lands in the secrets folder. */
function keepStore(plan: Plan, failed: Because): Because {
  const because = [...new Set([...failed.values()].flat())];
  const inStore = plan.steps.filter(
    (step) => step.kind === "secret" || (step.kind === "file" && isInStore(plan, step.path)),
  );
  return new Map([...inStore.map((step) => [step, failed.get(step) ?? because] as const), ...failed]);
}

function dependents({ steps }: Plan, start: Because, isStored: (path: string) => boolean): Because {
  const held = new Map(start);
  for (let before = -1; before !== held.size;) {
    before = held.size;
    for (const step of steps) {
      const because = held.has(step) ? [] : reasonsFor(step, held, isStored);
      if (because.length > 0) held.set(step, because);
    }
  }
  return held;
}

function reasonsFor(step: Step, held: Because, isStored: (path: string) => boolean): readonly Problem[] {
  // A drop-in that names a missing file keeps the service from starting without its secret.
  if (step.kind !== "file" || isHandOff(step.path)) return [];
  const texts = step.content.filter((part) => typeof part === "string");
  const printed = new Set(step.content.flatMap((part) => (typeof part === "string" ? [] : [part.reference.secret])));
  const causes = [...held].filter(([other]) => {
    if (other.kind === "secret" && printed.has(other.name)) return true;
    const missing = pathsOf(other).filter((path) => !isStored(path));
    return missing.some((path) => texts.some((text) => namesPath(text, path)));
  });
  return [...new Set(causes.flatMap(([, because]) => because))];
}

function describe(step: Step, because: readonly Problem[], isStored: (path: string) => boolean): Held {
  const isInPlace = pathsOf(step).length > 0 && pathsOf(step).every(isStored);
  return { what: nameStep(step), units: isInPlace ? [] : unitsOf(step), isInPlace, because };
}

export function nameStep(step: Step): string {
  return step.kind === "secret" ? `secret ${step.name}` : step.path;
}

function pathsOf(step: Step): string[] {
  return step.kind === "secret" ? step.keys.flatMap(({ path }) => path ?? []) : [step.path];
}

function isInStore({ secretsFolder }: Plan, path: string): boolean {
  return isBelow(secretsFolder, path);
}
