// Computes with ranges of numbers and sets of texts, for the expressions of `custom`. Pure.

import { type Operator } from "./custom-syntax.ts";
import { ExpressionError } from "./expression-error.ts";

/** From `low` to `high`, both finite; a value is a range of one. `any` is a plain 0, which is a size and a number. */
export interface Range {
  readonly low: number;
  readonly high: number;
  readonly dimension: "size" | "number" | "any";
}

/** The texts that an outcome can be; a value is one text. */
interface Texts {
  readonly dimension: "text";
  readonly texts: readonly [string, ...string[]];
}

export type Outcome = Range | Texts;

export function pointOf(value: number, dimension: Range["dimension"]): Range {
  return { low: value, high: value, dimension };
}

/** @throws ExpressionError for a text */
export function numeric(outcome: Outcome, column: number): Range {
  if (outcome.dimension !== "text") return outcome;
  throw new ExpressionError("a text cannot be calculated with", column, "Compare it by == or !=, or choose it by if.");
}

export function combine(operator: Operator, left: Outcome, right: Outcome, column: number): Range {
  if (operator === "==" || operator === "!=") sameDimension([left, right], column);
  if (left.dimension === "text" && right.dimension === "text" && (operator === "==" || operator === "!="))
    return compareTexts(operator, left.texts, right.texts);
  return calculate(operator, numeric(left, column), numeric(right, column), column);
}

function calculate(operator: Operator, left: Range, right: Range, column: number): Range {
  const dimension = combineDimensions(operator, left, right, column);
  if (operator === "/" || operator === "%") checkDivisor(right, column);
  const isPoint = left.low === left.high && right.low === right.high;
  if (isPoint) return pointOf(compute(operator, left.low, right.low), dimension);
  if (operator === "%") return { ...remainders(left, right), dimension };
  if (isComparison(operator)) return { ...compare(operator, left, right), dimension };
  const corners = [left.low, left.high].flatMap((a) => [right.low, right.high].map((b) => compute(operator, a, b)));
  return { low: Math.min(...corners), high: Math.max(...corners), dimension };
}

function compute(operator: Operator, a: number, b: number): number {
  switch (operator) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "/":
      return a / b;
    case "%":
      return a % b;
    case "<":
      return Number(a < b);
    case "<=":
      return Number(a <= b);
    case ">":
      return Number(a > b);
    case ">=":
      return Number(a >= b);
    case "==":
      return Number(a === b);
    case "!=":
      return Number(a !== b);
  }
}

function isComparison(operator: Operator): boolean {
  return !["+", "-", "*", "/", "%"].includes(operator);
}

function checkDivisor({ low, high }: Range, column: number): void {
  if (low > 0 || high < 0) return;
  throw new ExpressionError("what is divided by can be 0", column, "Write max(1, …) around the divisor.");
}

// The remainder has the dividend's sign.
function remainders(left: Range, right: Range): Pick<Range, "low" | "high"> {
  const most = Math.max(Math.abs(right.low), Math.abs(right.high));
  return { low: left.low < 0 ? Math.max(left.low, -most) : 0, high: left.high > 0 ? Math.min(left.high, most) : 0 };
}

// The answer is certain only if the ranges do not overlap.
function compare(operator: Operator, left: Range, right: Range): Pick<Range, "low" | "high"> {
  if (left.high >= right.low && right.high >= left.low) return { low: 0, high: 1 };
  const settled = compute(operator, left.low, right.low);
  return { low: settled, high: settled };
}

// The answer is certain only if both are one text, or have none in common.
function compareTexts(operator: "==" | "!=", left: readonly string[], right: readonly string[]): Range {
  const isEither = left.some((text) => right.includes(text));
  if (isEither && left.length * right.length > 1) return { low: 0, high: 1, dimension: "number" };
  return pointOf(Number(isEither === (operator === "==")), "number");
}

function combineDimensions(
  operator: Operator,
  { dimension: left }: Range,
  { dimension: right }: Range,
  column: number,
): Range["dimension"] {
  if (operator === "*") {
    if (left === "size" && right === "size")
      throw new ExpressionError("a size can't be multiplied by a size", column, "Make one of them a plain number.");
    return left === "size" || right === "size" ? "size" : "number";
  }
  if (operator === "/") {
    if (right !== "size") return left === "size" ? "size" : "number";
    if (left === "number")
      throw new ExpressionError("a plain number divided by a size", column, "Give the number a unit, such as MiB.");
    return "number";
  }
  const same = numericDimension([left, right], column);
  return isComparison(operator) ? "number" : same;
}

/** @throws ExpressionError if one is a text and another a number */
function sameDimension(outcomes: readonly Outcome[], column: number): void {
  const texts = outcomes.filter(({ dimension }) => dimension === "text");
  if (texts.length > 0 && texts.length < outcomes.length)
    throw new ExpressionError("a text beside a number", column, "Make both texts, in quotes, or both numbers.");
}

export function numericDimension(dimensions: readonly Range["dimension"][], column: number): Range["dimension"] {
  const named = new Set(dimensions.filter((dimension) => dimension !== "any"));
  if (named.size > 1)
    throw new ExpressionError("a size beside a plain number", column, "Give the number a unit, such as 100MiB.");
  return [...named][0] ?? "any";
}

/** Counts both sides if the condition can be true or false. */
export function choose(condition: Range, then: Outcome, otherwise: Outcome, column: number): Outcome {
  const both = unite(then, otherwise, column);
  const isTrue = condition.low > 0 || condition.high < 0;
  const isFalse = condition.low === 0 && condition.high === 0;
  if (!isTrue && !isFalse) return both;
  const chosen = isTrue ? then : otherwise;
  return chosen.dimension === "text" || both.dimension === "text" ? chosen : { ...chosen, dimension: both.dimension };
}

/** All that either can be. */
export function unite(one: Outcome, other: Outcome, column: number): Outcome {
  sameDimension([one, other], column);
  if (one.dimension === "text" && other.dimension === "text") {
    const [first, ...others] = one.texts;
    const further = new Set([...others, ...other.texts].filter((text) => text !== first));
    return { dimension: "text", texts: [first, ...further] };
  }
  const [a, b] = [numeric(one, column), numeric(other, column)];
  const dimension = numericDimension([a.dimension, b.dimension], column);
  return { low: Math.min(a.low, b.low), high: Math.max(a.high, b.high), dimension };
}

const DECIMALS = 1e6;

/** Rounds as settings do: sizes to whole bytes, numbers to six decimals. */
export function settle(outcome: Outcome): Outcome {
  if (outcome.dimension === "text") return outcome;
  const { low, high, dimension } = outcome;
  if (dimension === "size") return { low: Math.floor(low) + 0, high: Math.floor(high) + 0, dimension }; // not -0
  return { low: roundDecimals(low), high: roundDecimals(high), dimension: "number" };
}

function roundDecimals(value: number): number {
  const rounded = Number.isInteger(value) ? value : Math.round(value * DECIMALS) / DECIMALS;
  return rounded + 0; // not -0
}
