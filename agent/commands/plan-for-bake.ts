// The plan of a bake: made with stand-ins for what only an instance knows, and the files in which they would be are left to the
// boot. Loaded in a bake alone.

import { leaveToBoot, type Bake } from "../apply/choose-possible.ts";
import type { InspectedPlan } from "../cli/print/print-plan.ts";
import type { Image } from "../config/read/read-config.ts";
import type { Facts } from "../facts/facts.ts";
import { OTHER_STAND_INS, withStandIns } from "../facts/stand-ins.ts";
import type { Plan } from "../plan/plan.ts";
import { planFor } from "./make-plan.ts";

interface BakePlan {
  readonly plan: Plan;
  /** Paths of the files that would be others on an instance, whatever its size. */
  readonly ofInstance: readonly string[];
}

/** @throws Refusal with every problem that DECIDE found */
export function planForBake(image: Image, facts: Facts): BakePlan {
  const plan = planFor(image, withStandIns(facts));
  const other = contentsOf(planFor(image, withStandIns(facts, OTHER_STAND_INS)));
  const differing = [...contentsOf(plan)].filter(([path, content]) => other.get(path) !== content);
  return { plan: { ...plan, facts }, ofInstance: differing.map(([path]) => path) };
}

/** What apply makes of it in a bake: a run that leaves a step to the boot leaves the removals to it as well. */
export function withoutRemovals(inspected: InspectedPlan, bake: Bake, root: string): InspectedPlan {
  const { held } = leaveToBoot(inspected.plan, bake, root);
  if (held.length === 0) return inspected;
  return { ...inspected, changes: inspected.changes.filter(({ kind }) => kind !== "removal") };
}

function contentsOf({ steps }: Plan): ReadonlyMap<string, string> {
  return new Map(
    steps.flatMap((step) => (step.kind === "file" ? [[step.path, JSON.stringify(step.content)] as const] : [])),
  );
}
