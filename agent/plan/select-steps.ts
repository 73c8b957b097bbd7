// Narrows a plan to a part of it (`apply --only`). Pure.

import type { FileStep, Plan, PlanPart, Step } from "./plan.ts";

/**
 * `secrets`: the secrets and the files that print a secret's value. `files`: the other files, and the folders.
 * `tuning`: of those files, the ones that print what was tuned, and the folders.
 */
export function selectSteps(plan: Plan, part: PlanPart | null): Plan {
  return part === null ? plan : { ...plan, part, steps: plan.steps.filter((step) => belongsTo(step, part)) };
}

function belongsTo(step: Step, part: PlanPart): boolean {
  if (step.kind === "folder") return part !== "secrets";
  const isSecret = step.kind === "secret" || printsSecret(step);
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
