// Arithmetic and rounding for templates: exact as a person calculates, or refused. Pure.

import { EXACT_DIGITS } from "../../written.ts";
import { helper, numberOf, TemplateError, type Helper } from "./helper.ts";

export const ARITHMETIC: Readonly<Record<string, Helper>> = {
  add: several("add", "the sum", "6", (a, b) => a + b),
  sub: pair("sub", "the first less the second", ["sub 5 2", "3"], (a, b) => a - b),
  mul: several("mul", "the product", "6", (a, b) => a * b),
  div: pair("div", "the first by the second, rounded down", ["div 7 2", "3"], (a, b) =>
    Math.floor(exact("div", a / divisor("div", b))),
  ),
  ratio: pair(
    "ratio",
    "the first by the second with its fraction, for `floor`, `ceil` and `round`",
    ["ratio 7 2", "3.5"],
    (a, b) => a / divisor("ratio", b),
  ),
  mod: pair(
    "mod",
    "what is left of the first when it is divided by the second; never negative for a positive second",
    ["mod 7 2", "1"],
    (a, b) => a - b * Math.floor(a / divisor("mod", b)),
  ),
  min: several("min", "the smallest", "1", (a, b) => Math.min(a, b)),
  max: several("max", "the largest", "3", (a, b) => Math.max(a, b)),
  floor: rounding("floor", "down", ["floor 13 8", "8"], Math.floor),
  ceil: rounding("ceil", "up", ["ceil 13 8", "16"], Math.ceil),
  round: rounding("round", "to the nearest, halves up,", ["round 2.5", "3"], Math.round),
};

function several(name: string, about: string, printed: string, combine: (a: number, b: number) => number): Helper {
  return helper(
    {
      takes: ["number", "number"],
      most: Infinity,
      gives: "number",
      about: `${about} of two numbers or more`,
      example: [`${name} 1 2 3`, printed],
    },
    (...all) => all.map((value) => numberOf(name, value)).reduce((a, b) => exact(name, combine(a, b))),
  );
}

function pair(
  name: string,
  about: string,
  example: Helper["example"],
  combine: (a: number, b: number) => number,
): Helper {
  return helper({ takes: ["number", "number"], gives: "number", about, example }, (a, b) =>
    exact(name, combine(numberOf(name, a), numberOf(name, b))),
  );
}

function rounding(name: string, way: string, example: Helper["example"], round: (value: number) => number): Helper {
  const about = `rounds ${way} to a whole number, or to a multiple of the second`;
  return helper({ takes: ["number", "number"], least: 1, gives: "number", about, example }, (value, multiple = 1) => {
    const step = numberOf(name, multiple);
    if (step <= 0)
      throw new TemplateError(`${name} rounds to a multiple of something above 0`, "Correct its second argument.");
    return exact(name, round(exact(name, numberOf(name, value) / step)) * step);
  });
}

function divisor(name: string, value: number): number {
  if (value !== 0) return value;
  throw new TemplateError(`${name} divides by zero`, "Guard it: (max 1 …).");
}

/** 0.1 × 3 is 0.3 here, and a whole number that a double cannot hold is refused rather than changed. */
function exact(name: string, value: number): number {
  if (Number.isSafeInteger(value)) return value === 0 ? 0 : value;
  if (!Number.isFinite(value) || Math.abs(value) > Number.MAX_SAFE_INTEGER)
    throw new TemplateError(`the result of ${name} is too large to be exact`, "Calculate with smaller numbers.");
  return Number(value.toPrecision(EXACT_DIGITS));
}
