// Calculates what a setting's formula says with the numbers that are shown beside it, as a reader would with a pocket
// calculator. Knows nothing of any profile.

import type { Inputs } from "../../../agent/tuning/profile/profile.ts";

const UNITS: Readonly<Record<string, number>> = { bytes: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 };

const FUNCTIONS: Readonly<Record<string, (...given: number[]) => number>> = {
  min: Math.min,
  max: Math.max,
  clamp: (value, least, most) => Math.min(Math.max(value, least), most),
  floor: Math.floor,
  ceil: Math.ceil,
  round: Math.round,
  sqrt: Math.sqrt,
  log2: Math.log2,
  powerOfTwo: (most) => 2 ** Math.floor(Math.log2(most)),
};

/** Of each part of an amount its own percentage: `25% of memoryBytes up to 4 GiB, 20% up to 8 GiB, 2% beyond`. */
const TIERS = /(\d+)% of (\w+)(?: from ([^,]+?))?((?: up to [^,]+, \d+%)+) beyond/g;

type Value = number | string;

const TOKEN = /\s*(\d+(?:\.\d+)?(?: ?(?:bytes|[KMGT]iB)\b|%)?|[A-Za-z_]\w*|<=|>=|==|!=|[-+*/%<>(),?:])/y;

/** How a formula says that it is rounded down to whole ones of a size. */
const WHOLE = /, in whole (\d+ )?([KM]iB)$/;

/** Null: it is words, or has a name that no number is given for. */
export function calculate(formula: string, inputs: Inputs): Value | null {
  try {
    const withoutTiers = formula.replaceAll(TIERS, (...match: (string | undefined)[]) =>
      String(sumTiers(match, inputs)),
    );
    const value = new Reader(tokenize(withoutTiers.replace(WHOLE, "")), inputs).whole();
    return typeof value === "number" ? roundDown(value, formula) : value;
  } catch (error) {
    if (error instanceof WordsError) return null;
    throw error;
  }
}

function roundDown(value: number, formula: string): number {
  const [, many = "1", unit = ""] = WHOLE.exec(formula) ?? [];
  const step = Number(many) * (UNITS[unit] ?? 0);
  return step === 0 ? value : Math.floor(value / step) * step;
}

class WordsError extends Error {}

function sumTiers([, first, name = "", from = "0", tiers = ""]: (string | undefined)[], inputs: Inputs): number {
  const amount = asNumber(inputs[name] ?? "");
  const number = (text: string): number => asNumber(new Reader(tokenize(text), {}).whole());
  let [sum, start, percent] = [0, number(from), Number(first)];
  const addUpTo = (end: number): void => {
    sum += (Math.max(0, Math.min(amount, end) - start) * percent) / 100;
    start = end;
  };
  for (const [, upTo, next] of tiers.matchAll(/ up to ([^,]+), (\d+)%/g)) {
    addUpTo(number(upTo!));
    percent = Number(next);
  }
  addUpTo(Infinity);
  return sum;
}

function tokenize(formula: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  for (let at = 0; at < formula.trimEnd().length; at = TOKEN.lastIndex) {
    const token = TOKEN.exec(formula)?.[1];
    if (token === undefined) throw new WordsError(formula);
    tokens.push(token);
  }
  return tokens;
}

class Reader {
  readonly #tokens: readonly string[];
  readonly #inputs: Inputs;
  #next = 0;

  constructor(tokens: readonly string[], inputs: Inputs) {
    this.#tokens = tokens;
    this.#inputs = inputs;
  }

  whole(): Value {
    const value = this.#choice();
    if (this.#next < this.#tokens.length) throw new WordsError();
    return value;
  }

  #choice(): Value {
    const condition = this.#comparison();
    if (this.#take("if")) return this.#ifElse(condition);
    if (!this.#take("?")) return condition;
    const then = this.#choice();
    this.#expect(":");
    const otherwise = this.#choice();
    return condition === 0 ? otherwise : then;
  }

  /** `g1 if vcpus >= 2 and memoryBytes >= 1792 MiB, else serial` */
  #ifElse(then: Value): Value {
    let holds = this.#comparison() !== 0;
    while (this.#take("and")) holds = this.#comparison() !== 0 && holds;
    this.#expect(",");
    this.#expect("else");
    const otherwise = this.#choice();
    return holds ? then : otherwise;
  }

  #comparison(): Value {
    const left = this.#sum();
    const operator = this.#take("<", "<=", ">", ">=", "==", "!=");
    if (!operator) return left;
    const right = this.#sum();
    const holds: Readonly<Record<string, boolean>> = {
      "<": left < right,
      "<=": left <= right,
      ">": left > right,
      ">=": left >= right,
      "==": left === right,
      "!=": left !== right,
    };
    return Number(holds[operator]);
  }

  #sum(): Value {
    let value = this.#product();
    for (let operator = this.#take("+", "-"); operator; operator = this.#take("+", "-")) {
      const right = asNumber(this.#product());
      value = operator === "+" ? asNumber(value) + right : asNumber(value) - right;
    }
    return value;
  }

  #product(): Value {
    let value = this.#factor();
    for (let operator = this.#take("*", "/", "%"); operator; operator = this.#take("*", "/", "%")) {
      const [left, right] = [asNumber(value), asNumber(this.#factor())];
      value = operator === "*" ? left * right : operator === "/" ? left / right : left % right;
    }
    return value;
  }

  #factor(): Value {
    const token = this.#tokens[this.#next++];
    if (token === undefined) throw new WordsError();
    if (token === "(") {
      const inner = this.#choice();
      this.#expect(")");
      return inner;
    }
    const number = /^([\d.]+) ?(\w+|%)?$/.exec(token);
    if (number) return Number(number[1]) * (number[2] === "%" ? 0.01 : (UNITS[number[2] ?? "bytes"] ?? Number.NaN));
    if (Object.hasOwn(FUNCTIONS, token) && this.#take("(")) return this.#call(FUNCTIONS[token]!);
    if (Object.hasOwn(this.#inputs, token)) return this.#inputs[token]!;
    // What a formula chooses between: `single`, `gthread`.
    const [before, after] = [this.#tokens[this.#next - 2], this.#tokens[this.#next]];
    const isChosen = ["?", ":", "else"].includes(before ?? "") && (after === undefined || after === ":");
    if (/^[A-Za-z]\w*$/.test(token) && (isChosen || after === "if")) return token;
    throw new WordsError();
  }

  #call(run: (...given: number[]) => number): number {
    const given: number[] = [];
    do given.push(asNumber(this.#choice()));
    while (this.#take(","));
    this.#expect(")");
    return run(...given);
  }

  #take(...tokens: readonly string[]): string | null {
    const token = this.#tokens[this.#next];
    if (token === undefined || !tokens.includes(token)) return null;
    this.#next++;
    return token;
  }

  #expect(token: string): void {
    if (!this.#take(token)) throw new WordsError();
  }
}

function asNumber(value: Value): number {
  if (typeof value === "number") return value;
  throw new WordsError();
}
