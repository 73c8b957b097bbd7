// What an expression of `custom` can come to: bounds for bounds, a value for values, by one and the same walk of the tree.

import { suggest } from "../nearest.ts";
import { ExpressionError, type Expression, type Operator } from "./custom-syntax.ts";

/** From `low` to `high`, both finite; a value is a range of one. `dimension`: `any` is a plain 0, at home with both. */
export interface Range {
  readonly low: number;
  readonly high: number;
  readonly dimension: "size" | "number" | "any";
}

export type Names = ReadonlyMap<string, Range>;

type Call = Extract<Expression, { kind: "call" }>;
type Binary = Extract<Expression, { kind: "binary" }>;
type Dimension = Range["dimension"];

/**
 * What evaluates for ranges evaluates for every value within them: a divisor that cannot be 0 there is not 0 here, and
 * what cannot overflow does not. (Rounding never changes which of two results is the larger.)
 * @throws ExpressionError
 */
export function evaluate(expression: Expression, names: Names): Range {
  const range = evaluateKind(expression, names);
  if (Number.isFinite(range.low) && Number.isFinite(range.high)) return range;
  throw new ExpressionError("can grow beyond any number", expression.column, "Bound it with min or clamp.");
}

function evaluateKind(expression: Expression, names: Names): Range {
  switch (expression.kind) {
    case "number":
      return pointOf(expression.value, expression.isSize ? "size" : expression.value === 0 ? "any" : "number");
    case "name":
      return lookUp(expression, names);
    case "negative": {
      const { low, high, dimension } = evaluate(expression.of, names);
      return { low: 0 - high, high: 0 - low, dimension };
    }
    case "binary":
      return combine(expression, evaluate(expression.left, names), evaluate(expression.right, names));
    case "call":
      return call(
        expression,
        expression.given.map((argument) => evaluate(argument, names)),
      );
  }
}

function pointOf(value: number, dimension: Dimension): Range {
  return { low: value, high: value, dimension };
}

function lookUp({ name, column }: Extract<Expression, { kind: "name" }>, names: Names): Range {
  const range = names.get(name);
  if (range) return range;
  if (Object.hasOwn(FUNCTIONS, name))
    throw new ExpressionError(`${name} is a function`, column, `Write ${FUNCTIONS[name]!.usage}.`);
  throw new ExpressionError(`there is no '${name}' here`, column, suggest(name, [...names.keys()]));
}

function combine({ operator, column }: Binary, left: Range, right: Range): Range {
  const dimension = combineDimensions(operator, left.dimension, right.dimension, column);
  if (operator === "/" || operator === "%") checkDivisor(right, column);
  const corners = [left.low, left.high].flatMap((a) => [right.low, right.high].map((b) => compute(operator, a, b)));
  const isPoint = left.low === left.high && right.low === right.high;
  if (isPoint) return pointOf(corners[0]!, dimension);
  if (operator === "%") return { ...remainders(left, right), dimension };
  if (isComparison(operator)) return { ...compare(operator, left, right), dimension };
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

// The sign is the dividend's.
function remainders(left: Range, right: Range): Pick<Range, "low" | "high"> {
  const most = Math.max(Math.abs(right.low), Math.abs(right.high));
  return { low: left.low < 0 ? Math.max(left.low, -most) : 0, high: left.high > 0 ? Math.min(left.high, most) : 0 };
}

// Settled where the ranges do not overlap.
function compare(operator: Operator, left: Range, right: Range): Pick<Range, "low" | "high"> {
  if (left.high >= right.low && right.high >= left.low) return { low: 0, high: 1 };
  const settled = compute(operator, left.low, right.low);
  return { low: settled, high: settled };
}

function combineDimensions(operator: Operator, left: Dimension, right: Dimension, column: number): Dimension {
  if (operator === "*") {
    if (left === "size" && right === "size")
      throw new ExpressionError("a size times a size is no size", column, "Make one of them a plain number.");
    return left === "size" || right === "size" ? "size" : "number";
  }
  if (operator === "/") {
    if (right !== "size") return left === "size" ? "size" : "number";
    if (left === "number")
      throw new ExpressionError("a plain number divided by a size", column, "Give the number a unit, such as MiB.");
    return "number";
  }
  const same = sameDimension([left, right], column);
  return isComparison(operator) ? "number" : same;
}

function sameDimension(dimensions: readonly Dimension[], column: number): Dimension {
  const named = new Set(dimensions.filter((dimension) => dimension !== "any"));
  if (named.size > 1)
    throw new ExpressionError("a size beside a plain number", column, "Give the number a unit, such as 100MiB.");
  return [...named][0] ?? "any";
}

interface FunctionRule {
  readonly usage: string;
  readonly least: number;
  readonly most: number;
  /** Never falls where an argument rises: so the lows give the low, and the highs the high. Absent: `if`. */
  readonly run?: (...given: number[]) => number;
}

export const FUNCTIONS: Readonly<Record<string, FunctionRule>> = {
  min: { usage: "min(a, b, …)", least: 2, most: 20, run: Math.min },
  max: { usage: "max(a, b, …)", least: 2, most: 20, run: Math.max },
  floor: { usage: "floor(a)", least: 1, most: 1, run: Math.floor },
  ceil: { usage: "ceil(a)", least: 1, most: 1, run: Math.ceil },
  round: { usage: "round(a)", least: 1, most: 1, run: Math.round },
  // The upper bound wins over the lower one.
  clamp: { usage: "clamp(a, least, most)", least: 3, most: 3, run: (a, least, most) => clamp(a, least, most) },
  if: { usage: "if(condition, then, else)", least: 3, most: 3 },
};

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}

function call({ name, column }: Call, given: readonly Range[]): Range {
  const rule = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
  if (!rule) throw new ExpressionError(`there is no function '${name}'`, column, suggest(name, Object.keys(FUNCTIONS)));
  if (given.length < rule.least || given.length > rule.most)
    throw new ExpressionError(`${name} does not take ${given.length} values`, column, `Write ${rule.usage}.`);
  if (!rule.run) return choose(given, column);
  const dimension = sameDimension(
    given.map((range) => range.dimension),
    column,
  );
  const low = rule.run(...given.map((range) => range.low));
  return { low, high: rule.run(...given.map((range) => range.high)), dimension };
}

// Both sides count where the condition can be either way.
function choose([condition, then, otherwise]: readonly Range[], column: number): Range {
  const dimension = sameDimension([then!.dimension, otherwise!.dimension], column);
  if (condition!.low > 0 || condition!.high < 0) return { ...then!, dimension };
  if (condition!.low === 0 && condition!.high === 0) return { ...otherwise!, dimension };
  return { low: Math.min(then!.low, otherwise!.low), high: Math.max(then!.high, otherwise!.high), dimension };
}

/** The names that an expression reads, in its order. */
export function namesIn(expression: Expression): string[] {
  switch (expression.kind) {
    case "number":
      return [];
    case "name":
      return [expression.name];
    case "negative":
      return namesIn(expression.of);
    case "binary":
      return [...namesIn(expression.left), ...namesIn(expression.right)];
    case "call":
      return expression.given.flatMap(namesIn);
  }
}
