// Evaluates an expression of `custom`: to a range for ranges, to a value for values, by one walk of the tree. Pure.

import { nearestOf, suggest } from "../../nearest.ts";
import {
  choose,
  combine,
  numeric,
  numericDimension,
  type Outcome,
  pointOf,
  type Range,
  unite,
} from "./custom-range.ts";
import { type Expression } from "./custom-syntax.ts";
import { ExpressionError } from "./expression-error.ts";

/** A number that is unknown on some machines, and that only `known` reads. */
export interface Fact {
  readonly dimension: "fact";
  /** Null: it may be known or not. */
  readonly isKnown: boolean | null;
  readonly range: Range;
  /** An example of what to write in its place: `100GiB`. */
  readonly example: string;
}

export type Names = ReadonlyMap<string, Outcome | Fact>;

type Call = Extract<Expression, { kind: "call" }>;

/**
 * An expression that evaluates for ranges evaluates for every value within them: no divisor is 0 and nothing overflows.
 * (Rounding never changes which of two results is the larger.)
 * @throws ExpressionError
 */
export function evaluate(expression: Expression, names: Names): Outcome {
  const outcome = evaluateKind(expression, names);
  if (outcome.dimension === "text") return outcome;
  if (Number.isFinite(outcome.low) && Number.isFinite(outcome.high)) return outcome;
  throw new ExpressionError("can grow beyond any number", expression.column, "Bound it with min or clamp.");
}

function evaluateKind(expression: Expression, names: Names): Outcome {
  switch (expression.kind) {
    case "number":
      return pointOf(expression.value, expression.isSize ? "size" : expression.value === 0 ? "any" : "number");
    case "text":
      return { dimension: "text", texts: [expression.value] };
    case "name":
      return lookUp(expression, names);
    case "negative": {
      const { low, high, dimension } = numeric(evaluate(expression.of, names), expression.column);
      return { low: 0 - high, high: 0 - low, dimension };
    }
    case "binary": {
      const { operator, left, right, column } = expression;
      return combine(operator, evaluate(left, names), evaluate(right, names), column);
    }
    case "call":
      return call(expression, names);
  }
}

function lookUp({ name, column }: Extract<Expression, { kind: "name" }>, names: Names): Outcome {
  const found = names.get(name);
  if (found?.dimension === "fact") {
    const fix = `Write known(${name}, ${found.example}): what to take where it is not.`;
    throw new ExpressionError(`${name} is not known on every machine`, column, fix);
  }
  if (found) return found;
  const rule = functionNamed(name);
  if (rule) throw new ExpressionError(`${name} is a function`, column, `Write ${rule.usage}.`);
  const known = [...names.keys()];
  const isMistyped = nearestOf(name, known).length > 0;
  const fix = suggest(name, known) + (isMistyped ? "" : ` A text has quotes of its own: "'${name}'".`);
  throw new ExpressionError(`there is no '${name}' here`, column, fix);
}

interface FunctionRule {
  readonly usage: string;
  readonly least: number;
  readonly most: number;
  readonly run: (call: Call, names: Names) => Outcome;
}

export const FUNCTIONS: Readonly<Record<string, FunctionRule>> = {
  min: { usage: "min(a, b, …)", least: 2, most: 20, run: rising(Math.min) },
  max: { usage: "max(a, b, …)", least: 2, most: 20, run: rising(Math.max) },
  floor: { usage: "floor(a) or floor(a, step)", least: 1, most: 2, run: rounding(Math.floor) },
  ceil: { usage: "ceil(a) or ceil(a, step)", least: 1, most: 2, run: rounding(Math.ceil) },
  round: { usage: "round(a) or round(a, step)", least: 1, most: 2, run: rounding(Math.round) },
  clamp: { usage: "clamp(a, least, most)", least: 3, most: 3, run: rising(clamp) },
  if: { usage: "if(condition, then, else)", least: 3, most: 3, run: callIf },
  known: { usage: "known(fact, otherwise)", least: 2, most: 2, run: callKnown },
  size: outermost("size(a, 'jvm')", 2),
  uncounted: outermost("uncounted(a)", 1),
};

function functionNamed(name: string): FunctionRule | undefined {
  return Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
}

function call(expression: Call, names: Names): Outcome {
  return checkCall(expression).run(expression, names);
}

/** @throws ExpressionError for an unknown function, or too many or too few arguments */
export function checkCall({ name, given, column }: Call): FunctionRule {
  const rule = functionNamed(name);
  if (!rule) throw new ExpressionError(`there is no function '${name}'`, column, suggest(name, Object.keys(FUNCTIONS)));
  if (given.length < rule.least || given.length > rule.most)
    throw new ExpressionError(`${name} does not take ${given.length} values`, column, `Write ${rule.usage}.`);
  return rule;
}

/** One of the arguments that `checkCall` has counted. */
export function argumentOf({ name, given }: Call, index: number): Expression {
  const argument = given[index];
  if (argument) return argument;
  throw new TypeError(`${name} has no argument ${index}`);
}

// The upper bound wins over the lower one.
function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}

/** For a function that never falls if an argument rises: so the lows give the low, and the highs the high. */
function rising(compute: (...given: number[]) => number): FunctionRule["run"] {
  return ({ given, column }, names) => {
    const ranges = given.map((argument) => numeric(evaluate(argument, names), column));
    const dimension = numericDimension(
      ranges.map((range) => range.dimension),
      column,
    );
    const low = compute(...ranges.map((range) => range.low));
    return { low, high: compute(...ranges.map((range) => range.high)), dimension };
  };
}

/** Rounds to a whole number, or to a multiple of a step. The step is a constant, so that the function is rising, too. */
function rounding(round: (value: number) => number): FunctionRule["run"] {
  return (expression, names) => {
    const { given, column } = expression;
    if (given.length === 1) return rising(round)(expression, names);
    const step = argumentOf(expression, 1);
    const { low, high } = numeric(evaluate(step, names), column);
    if (low !== high || low <= 0)
      throw new ExpressionError("a step must be a constant above 0", step.column, "Write a number, or 1MiB.");
    return rising((value, multiple) => round(value / multiple) * multiple)(expression, names);
  };
}

function callIf(expression: Call, names: Names): Outcome {
  const evaluated = (index: number): Outcome => evaluate(argumentOf(expression, index), names);
  const [condition, then, otherwise] = [evaluated(0), evaluated(1), evaluated(2)];
  return choose(numeric(condition, expression.column), then, otherwise, expression.column);
}

function callKnown(expression: Call, names: Names): Outcome {
  const { column } = expression;
  const [fact, otherwise] = [argumentOf(expression, 0), argumentOf(expression, 1)];
  const found = fact.kind === "name" ? names.get(fact.name) : undefined;
  if (found?.dimension !== "fact") {
    const facts = [...names].flatMap(([name, { dimension }]) => (dimension === "fact" ? [name] : []));
    throw new ExpressionError("known takes a fact's name first", fact.column, `Write one of ${facts.join(", ")}.`);
  }
  const instead = evaluate(otherwise, names);
  const both = unite(found.range, instead, column);
  return found.isKnown === null ? both : found.isKnown ? found.range : instead;
}

/** For functions that say how a whole setting is printed or counted: inside of an expression they are refused. */
function outermost(usage: string, values: number): FunctionRule {
  const run = ({ name, column }: Call): never => {
    const what = `${name} is for a whole setting, not for a part of it`;
    throw new ExpressionError(what, column, `Put it outermost: ${usage}.`);
  };
  return { usage, least: values, most: values, run };
}

/** The names that an expression reads, in its order. */
export function namesIn(expression: Expression): string[] {
  switch (expression.kind) {
    case "number":
    case "text":
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
