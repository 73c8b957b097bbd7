// Parses the language of `custom` into a tree; errors carry their column. Evaluates nothing.

import { nameInvisible } from "../../names/invisible.ts";
import { shown } from "../../shown.ts";
import { adviseSize, parseSize } from "../../size.ts";
import { type Token, tokenize, type Tokens } from "./custom-tokens.ts";
import { ExpressionError } from "./expression-error.ts";

export type Operator = "+" | "-" | "*" | "/" | "%" | "<" | "<=" | ">" | ">=" | "==" | "!=";

export type Expression =
  | { readonly kind: "number"; readonly value: number; readonly isSize: boolean; readonly column: number }
  | { readonly kind: "text"; readonly value: string; readonly column: number }
  | { readonly kind: "name"; readonly name: string; readonly column: number }
  | { readonly kind: "negative"; readonly of: Expression; readonly column: number }
  | {
      readonly kind: "binary";
      readonly operator: Operator;
      readonly left: Expression;
      readonly right: Expression;
      readonly column: number;
    }
  | { readonly kind: "call"; readonly name: string; readonly given: readonly Expression[]; readonly column: number };

// Longer than anyone writes, and short enough to bound the parser's depth and a number's digits.
const MOST_CHARACTERS = 1000;
const MOST_DEPTH = 50;

/** @throws ExpressionError */
export function parseExpression(source: string): Expression {
  if (source.length > MOST_CHARACTERS)
    throw new ExpressionError(`longer than ${MOST_CHARACTERS} characters`, MOST_CHARACTERS, "Divide it into settings.");
  const parser = new Parser(tokenize(source));
  const expression = parser.comparison(0);
  parser.end();
  return expression;
}

class Parser {
  readonly #tokens: Tokens;
  #next = 0;

  constructor(tokens: Tokens) {
    this.#tokens = tokens;
  }

  end(): void {
    const { kind, text, column } = this.#peek();
    if (kind !== "end") throw new ExpressionError(`unexpected ${quote(text)}`, column, "Put an operator before it.");
  }

  /** At most one comparison: `1 < x < 3` would compare 1 or 0 with 3. */
  comparison(depth: number): Expression {
    const left = this.#sum(depth);
    const operator = this.#take(["<", "<=", ">", ">=", "==", "!="]);
    if (!operator) return left;
    return binary(operator, left, this.#sum(depth));
  }

  #sum(depth: number): Expression {
    let left = this.#product(depth);
    for (let operator = this.#take(["+", "-"]); operator; operator = this.#take(["+", "-"]))
      left = binary(operator, left, this.#product(depth));
    return left;
  }

  #product(depth: number): Expression {
    let left = this.#factor(depth);
    for (let operator = this.#take(["*", "/", "%"]); operator; operator = this.#take(["*", "/", "%"]))
      left = binary(operator, left, this.#factor(depth));
    return left;
  }

  #factor(depth: number): Expression {
    const token = this.#peek();
    if (depth > MOST_DEPTH) throw new ExpressionError("nested too deeply", token.column, "Divide it into settings.");
    this.#next++;
    if (token.kind === "number") return parseNumber(token);
    if (token.kind === "text") return parseText(token);
    if (token.kind === "name") return this.#nameOrCall(token, depth);
    if (token.text === "-") return { kind: "negative", of: this.#factor(depth + 1), column: token.column };
    if (token.text !== "(") throw missingValue(token);
    const inner = this.comparison(depth + 1);
    this.#expect(")");
    return inner;
  }

  #nameOrCall({ text: name, column }: Token, depth: number): Expression {
    if (!this.#take(["("])) return { kind: "name", name, column };
    const given: Expression[] = [];
    if (this.#take([")"])) return { kind: "call", name, given, column };
    do given.push(this.comparison(depth + 1));
    while (this.#take([","]));
    this.#expect(")");
    return { kind: "call", name, given, column };
  }

  #peek(): Token {
    return this.#tokens.tokens[this.#next] ?? this.#tokens.end;
  }

  #take(symbols: readonly string[]): Token | null {
    const token = this.#peek();
    if (token.kind !== "symbol" || !symbols.includes(token.text)) return null;
    this.#next++;
    return token;
  }

  #expect(symbol: string): void {
    if (this.#take([symbol])) return;
    const { text, column } = this.#peek();
    throw new ExpressionError(`expected '${symbol}', found ${quote(text)}`, column, "Close the parenthesis.");
  }
}

function binary({ text, column }: Token, left: Expression, right: Expression): Expression {
  return { kind: "binary", operator: text as Operator, left, right, column };
}

function parseNumber({ text, column }: Token): Expression {
  const [, digits = "", unit = ""] = /^([\d.]+)(.*)$/.exec(text) ?? [];
  // 010 is 8 to some readers, 07 a part of a date; 0x4 and 1e3 are as unclear.
  if (/^0\d/.test(digits) || /^(?:x|o|b[01]|e\d)/i.test(unit)) throw unclearNumber(text, column);
  if (unit === "%") return { kind: "number", value: Number(digits) / 100, isSize: false, column };
  if (unit === "") return { kind: "number", value: Number(digits), isSize: false, column };
  const value = parseSize(text);
  if (value === null) throw new ExpressionError(`'${text}' is not a size`, column, adviseSize(text));
  return { kind: "number", value, isSize: true, column };
}

function parseText({ text, column }: Token): Expression {
  const value = text.slice(1, -1);
  const hidden = nameInvisible(value) ?? /[\p{Cc}\p{Cs}]/u.exec(value)?.[0];
  if (hidden === undefined) return { kind: "text", value, column };
  throw new ExpressionError(`a text with ${shown(hidden)} in it`, column, "Write what can be seen, on one line.");
}

function unclearNumber(text: string, column: number): ExpressionError {
  return new ExpressionError(`'${text}' is not a plain number`, column, "Write its digits alone: 16, 0.5, 1000.");
}

function missingValue({ text, column }: Token): ExpressionError {
  return new ExpressionError(`expected a value, found ${quote(text)}`, column, "Put a number, a name or '(' here.");
}

function quote(text: string): string {
  return text === "the end" ? text : `'${shown(text)}'`;
}
