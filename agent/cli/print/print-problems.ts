// Problems that stop nothing, for people: a paragraph for each. Pure.

import { formatProblem, type Problem } from "../../refusal.ts";
import { formatParagraph } from "../columns.ts";
import type { Paint } from "../text.ts";

/** `! parbake.yaml:3:5: api: heap is only …`. */
export function formatProblems(problems: readonly Problem[], paint: Paint, indent = ""): string {
  return formatNotes(problems.map(formatProblem), paint, indent);
}

export function formatNotes(notes: readonly string[], paint: Paint, indent = ""): string {
  return notes.map((note) => formatParagraph(`${indent}${paint.yellow("!")} `, note, paint)).join("");
}
