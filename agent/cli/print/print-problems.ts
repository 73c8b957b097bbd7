// Problems that stop nothing, for people: a paragraph for each. Pure.

import { formatProblem, type Problem } from "../../refusal.ts";
import { formatParagraph } from "../columns.ts";
import type { Paint } from "../text.ts";

/** `! parbake.yaml:3:5: api: heap is only …`. */
export function formatProblems(problems: readonly Problem[], paint: Paint): string {
  return problems.map((problem) => formatProblemLine(problem, paint)).join("");
}

function formatProblemLine(problem: Problem, paint: Paint): string {
  return formatParagraph(`${paint.yellow("!")} `, formatProblem(problem), paint);
}
