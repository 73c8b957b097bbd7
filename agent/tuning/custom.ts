// `custom`: any app, by expressions of its operator's over its share and CPUs. What could fail is refused beforehand.

import type { Problem } from "../refusal.ts";
import { bytes, count } from "./build-setting.ts";
import { evaluate, FUNCTIONS, type Names, namesIn, type Range } from "./custom-evaluate.ts";
import { type Expression, ExpressionError, parseExpression } from "./custom-syntax.ts";
import type { Allotment, Options, Profile, Setting } from "./setting.ts";
import { MIB } from "./size.ts";

/** With less than this no app starts, and an expression that divides by the share has something to divide by. */
const LEAST_BYTES = MIB;

/** Far beyond any machine: what holds for all of this holds everywhere. */
const EVERY_MACHINE: Names = new Map<string, Range>([
  ["memoryBytes", { low: LEAST_BYTES, high: 2 ** 50, dimension: "size" }],
  ["vcpus", { low: 1, high: 2 ** 20, dimension: "number" }],
  ["cores", { low: 1, high: 2 ** 20, dimension: "number" }],
]);

/** Whole numbers are exact up to here, and are written without an exponent. */
const MOST_NUMBER = 1e15;
const DECIMALS = 1e6;

export const custom: Profile = {
  name: "custom",
  about: "any app: each option is a setting, as an expression such as memoryBytes * 60% or max(2, vcpus - 1)",
  options: {},
  anyOption: {
    kind: "text",
    default: null,
    about:
      "numbers, sizes (512MiB), per cent, memoryBytes, vcpus, cores, earlier settings, + - * / %, comparisons, " +
      "min, max, floor, ceil, round, clamp, if",
  },
  takesMemory: true,
  usualWeight: 1,
  useful: () => ({}),
  ladder: [],
  toShrink: "lower memory.min of the app",
  floorBytes: () => LEAST_BYTES,
  capBytes: () => Infinity,
  checkOptions,
  tune(allotment, options) {
    const names = new Map(pointsOf(allotment));
    const settings: Record<string, Setting> = {};
    for (const [name, source] of Object.entries(options)) {
      const setting = tuneOne(String(source), names);
      settings[name] = setting;
      const dimension = setting.unit === "bytes" ? "size" : "number";
      names.set(name, { low: Number(setting.value), high: Number(setting.value), dimension });
    }
    return settings;
  },
};

/** For every machine at once: nothing is left that could go wrong on one of them. */
function checkOptions(options: Options): Problem[] {
  const names = new Map(EVERY_MACHINE);
  const unknown = new Set<string>();
  const problems: Problem[] = [];
  for (const [name, value] of Object.entries(options)) {
    const source = String(value);
    try {
      if (names.has(name) || Object.hasOwn(FUNCTIONS, name))
        throw new ExpressionError(`${name} is taken`, 1, "Choose another name.");
      const expression = parseExpression(source);
      refuseRewritten(source);
      // What refers to a setting that is wrong already is not judged.
      if (namesIn(expression).some((used) => unknown.has(used))) unknown.add(name);
      else names.set(name, finish(checkResult(evaluate(expression, names)), names));
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      unknown.add(name);
      problems.push(describe(name, source, error));
    }
  }
  return problems;
}

/** `version: 1.10` is a text that would be printed as 1.1. */
function refuseRewritten(source: string): void {
  const written = source.trim();
  if (!/^\d+\.\d*0$/.test(written)) return;
  const what = `a setting of custom is calculated, and ${written} would become ${Number(written)}`;
  throw new ExpressionError(what, 1, `Write ${Number(written)}; a text, such as a version, is a variable: vars.`);
}

function describe(name: string, source: string, { message, column, fix }: ExpressionError): Problem {
  return { what: `custom's option ${name}: ${message}, in column ${column} of '${source.slice(0, 200)}'`, fix };
}

function checkResult(range: Range): Range {
  if (range.dimension === "size" && range.low < 0)
    throw new ExpressionError("can be less than no memory", 1, "Write max(0, …) around it.");
  if (range.dimension !== "size" && Math.max(-range.low, range.high) > MOST_NUMBER)
    throw new ExpressionError("can be beyond 10^15", 1, "Bound it with min or clamp.");
  return range;
}

/** Sizes within the share and in whole bytes, numbers with six decimals at most. */
function finish({ low, high, dimension }: Range, names: Names): Range {
  const memory = names.get("memoryBytes")!;
  if (dimension !== "size") return { low: roundDecimals(low), high: roundDecimals(high), dimension: "number" };
  return { low: wholeBytes(low, memory.low), high: wholeBytes(high, memory.high), dimension };
}

function wholeBytes(value: number, most: number): number {
  return Math.floor(Math.min(value, most)) + 0; // not -0
}

function roundDecimals(value: number): number {
  const rounded = Number.isInteger(value) ? value : Math.round(value * DECIMALS) / DECIMALS;
  return rounded + 0; // not -0
}

function tuneOne(source: string, names: Names): Setting {
  const expression = parseExpression(source);
  const range = evaluate(expression, names);
  const { low: value, dimension } = finish(range, names);
  const why = { formula: source.trim(), inputs: inputsOf(expression, names), source: "the operator's expression" };
  if (dimension !== "size") return count(value, why);
  if (range.low < value + 1) return bytes(value, String(value), why);
  return bytes(value, String(value), { ...why, boundBy: "share", note: "the expression gives more than the app has" });
}

function inputsOf(expression: Expression, names: Names): Readonly<Record<string, number>> {
  return Object.fromEntries(namesIn(expression).map((name) => [name, names.get(name)!.low]));
}

function pointsOf({ memoryBytes, vcpus, cores }: Allotment): [string, Range][] {
  return [
    ["memoryBytes", { low: memoryBytes, high: memoryBytes, dimension: "size" }],
    ["vcpus", { low: vcpus, high: vcpus, dimension: "number" }],
    ["cores", { low: cores, high: cores, dimension: "number" }],
  ];
}
