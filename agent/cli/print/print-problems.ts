// Problems that stop nothing, for people: a line for each. Pure.

import { formatProblem, type Problem } from "../../refusal.ts";
import type { Paint } from "../text.ts";

/** `! parbake.yaml:3:5: api: heap is only …`. */
export function formatProblems(problems: readonly Problem[], paint: Paint): string {
  return problems.map((problem) => `${paint.yellow("!")} ${formatProblem(problem)}\n`).join("");
}
