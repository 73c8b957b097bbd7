// What the formula of a setting comes to with the numbers that are shown beside it, for tests: arithmetic, sizes, percentages,
// min, max, clamp, ceil and conditions. Null for a formula in words.

import type { Inputs } from "../../../agent/tuning/setting.ts";

const UNIT: Readonly<Record<string, number>> = { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40, "%": 0.01 };

const CALLS: Readonly<Record<string, (...numbers: number[]) => number>> = {
  min: Math.min,
  max: Math.max,
  ceil: Math.ceil,
  clamp: (value: number, least: number, most: number) => Math.min(Math.max(value, least), most),
};

class InWords extends Error {}

export function evaluateFormula(formula: string, inputs: Inputs): number | null {
  try {
    return new Formula(formula, inputs).evaluate();
  } catch (error) {
    if (error instanceof InWords) return null;
    throw error;
  }
}

class Formula {
  private readonly tokens: string[];
  private readonly inputs: Inputs;

  constructor(formula: string, inputs: Inputs) {
    this.tokens = formula.match(/[A-Za-z_]\w*|\d+(?:\.\d+)?|[<>]=?|\S/g) ?? [];
    this.inputs = inputs;
  }

  evaluate(): number {
    const value = this.condition();
    if (this.tokens.length > 0) throw new InWords();
    return value;
  }

  private condition(): number {
    const left = this.sum();
    const sign = this.take("<", "<=", ">", ">=");
    if (sign === null) return left;
    const right = this.sum();
    const isTrue = sign.startsWith("<") ? left < right : left > right;
    this.expect("?");
    const yes = this.condition();
    this.expect(":");
    const no = this.condition();
    return isTrue || (sign.endsWith("=") && left === right) ? yes : no;
  }

  private sum(): number {
    let value = this.product();
    for (let sign = this.take("+", "-"); sign !== null; sign = this.take("+", "-"))
      value += sign === "+" ? this.product() : -this.product();
    return value;
  }

  private product(): number {
    let value = this.operand();
    for (let sign = this.take("*", "/"); sign !== null; sign = this.take("*", "/"))
      value *= sign === "*" ? this.operand() : 1 / this.operand();
    return value;
  }

  private operand(): number {
    const token = this.tokens.shift() ?? "";
    if (token === "(") {
      const value = this.condition();
      this.expect(")");
      return value;
    }
    if (/^\d/.test(token)) return Number(token) * UNIT[this.take(...Object.keys(UNIT)) ?? ""]! || Number(token);
    if (Object.hasOwn(CALLS, token)) return CALLS[token]!(...this.list());
    const input = this.inputs[token];
    if (typeof input !== "number") throw new InWords();
    return input;
  }

  private list(): number[] {
    this.expect("(");
    const values = [this.condition()];
    while (this.take(",") !== null) values.push(this.condition());
    this.expect(")");
    return values;
  }

  private take(...tokens: readonly string[]): string | null {
    const [next] = this.tokens;
    return next !== undefined && tokens.includes(next) ? this.tokens.shift()! : null;
  }

  private expect(token: string): void {
    if (this.take(token) === null) throw new InWords();
  }
}
