// Narrows a plan to a part of it (`apply --only`). Pure.

import { isHandOff } from "../config/hand-off-path.ts";
import type { FileStep, Plan, PlanPart, Step } from "./plan.ts";

/**
 * `secrets`: the secrets, the files that print a secret's value, and what hands secrets over to services. `files`: the other files, and the folders.
 * `tuning`: of those files, the ones that print what was tuned, and the folders.
 */
export function selectSteps(plan: Plan, part: PlanPart | null): Plan {
  if (part === null) return plan;
  const handOffs = plan.steps.flatMap((step) => (step.kind === "file" && isHandOff(step.path) ? [step.path] : []));
  return { ...plan, part, steps: plan.steps.filter((step) => belongsTo(step, part, handOffs)) };
}

function belongsTo(step: Step, part: PlanPart, handOffs: readonly string[]): boolean {
  if (step.kind === "folder") return part !== "secrets" || handOffs.some((path) => path.startsWith(`${step.path}/`));
  const isSecret = step.kind === "secret" || printsSecret(step) || isHandOff(step.path);
  switch (part) {
    case "secrets":
      return isSecret;
    case "files":
      return !isSecret;
    case "tuning":
      return !isSecret && step.kind === "file" && step.isTuned;
  }
}

export function printsSecret({ content }: FileStep): boolean {
  return content.some((part) => typeof part !== "string");
}
