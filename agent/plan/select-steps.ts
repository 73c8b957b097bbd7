// Narrows a plan to a part of it (`apply --only`). Pure.

import type { FileStep, Plan, Step } from "./plan.ts";

/**
 * `secrets`: the secrets and the files that print a secret's value. `files`: the other files.
 * `tuning`: of those, the ones that print what was tuned.
 */
export function selectSteps(plan: Plan, part: "files" | "secrets" | "tuning" | null): Plan {
  return part === null ? plan : { ...plan, steps: plan.steps.filter((step) => belongsTo(step, part)) };
}

function belongsTo(step: Step, part: "files" | "secrets" | "tuning"): boolean {
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
