// Comparison and logic for templates. Pure.

import { Written } from "../../written.ts";
import { TunedValue } from "../context/template-context.ts";
import { helper, inexact, isTrue, kindOf, numberOf, TemplateError, valueOf, type Helper } from "./helper.ts";

export const COMPARE: Readonly<Record<string, Helper>> = {
  eq: helper(
    {
      takes: ["scalar", "scalar"],
      gives: "truth",
      about:
        "whether both are the same; a setting and a number of the config equal their value and their text; else a number and a text are never compared",
      example: ["eq 1 1", "true"],
    },
    (a, b) => same("eq", a, b),
  ),
  ne: helper(
    { takes: ["scalar", "scalar"], gives: "truth", about: "the opposite of `eq`", example: ["ne 1 1", "false"] },
    (a, b) => !same("ne", a, b),
  ),
  lt: order("lt", "less than", "false", (a, b) => a < b),
  le: order("le", "less than or equal to", "true", (a, b) => a <= b),
  gt: order("gt", "greater than", "false", (a, b) => a > b),
  ge: order("ge", "greater than or equal to", "true", (a, b) => a >= b),
  and: logic("whether all are true, as `#if` sees it", "false", (values) => values.every(isTrue), "and"),
  or: logic("whether one of them is true, as `#if` sees it", "true", (values) => values.some(isTrue), "or"),
  not: helper(
    {
      takes: ["any"],
      gives: "truth",
      optional: "all",
      about: "the opposite of what `#if` sees: of false, 0, empty text, an empty list and null it gives true",
      example: ["not 0", "true"],
    },
    (value) => !isTrue(value),
  ),
};

function order(name: string, words: string, printed: string, compare: (a: number, b: number) => boolean): Helper {
  const about = `whether the first number is ${words} the second`;
  return helper({ takes: ["number", "number"], gives: "truth", about, example: [`${name} 2 2`, printed] }, (a, b) =>
    compare(numberOf(name, a), numberOf(name, b)),
  );
}

function logic(about: string, printed: string, combine: (values: unknown[]) => boolean, name: string): Helper {
  return helper(
    {
      takes: ["any", "any"],
      most: Infinity,
      gives: "truth",
      optional: "all",
      about,
      example: [`${name} true 0`, printed],
    },
    (...values) => combine(values),
  );
}

/**
 * A setting equals both its value and its text, and so does what was written. Number and text are never equal, so comparing
 * them is a mistake.
 */
function same(name: string, a: unknown, b: unknown): boolean {
  const left = formsOf(a);
  const right = formsOf(b);
  // As numbers, two that differ in their last digits would be the same.
  if (left.some((one) => typeof one === "string" && right.includes(one))) return true;
  if ([a, b].some((one) => one instanceof Written && !one.isExact)) throw inexact(name);
  const comparable = left.some((one) => right.some((other) => typeof one === typeof other && typeof one !== "object"));
  if (comparable) return left.some((one) => right.includes(one));
  throw new TemplateError(
    `${name} compares ${kindOf(a)} with ${kindOf(b)}, which are never equal`,
    "Numbers are written without quotes, text with them.",
  );
}

function formsOf(value: unknown): unknown[] {
  if (value instanceof TunedValue) return [value.setting.value, value.setting.text];
  return value instanceof Written ? [value.value, value.text] : [valueOf(value)];
}
