// Has Handlebars' lexer try only those of its rules inside {{ }} that the next characters allow, where it tries up to 38 regular
// expressions for each token. The first that matches wins, so leaving out what cannot match changes nothing.

// oxlint-disable no-underscore-dangle -- the lexer's own names

import { parser } from "handlebars/dist/cjs/handlebars/compiler/base.js";

/** By what each token begins with: positions in the list of its rules, in their order. The last takes any character. */
const ANY = 43;
const BY_FIRST: Readonly<Record<string, readonly number[]>> = {
  "": [44],
  "(": [7, ANY],
  ")": [8, ANY],
  "}": [10, 29, 30, ANY],
  "~": [30, ANY],
  "=": [24, ANY],
  ".": [25, 26, 27, ANY],
  "/": [27, ANY],
  '"': [31, ANY],
  "'": [32, ANY],
  "@": [33, ANY],
  "|": [40, ANY],
  "[": [42, ANY],
  // The words true, false, undefined, null and `as |`.
  t: [34, 41, ANY],
  f: [35, 41, ANY],
  u: [36, 41, ANY],
  n: [37, 41, ANY],
  a: [39, 41, ANY],
};
const BLANK = [28];
const NUMBER = [38, 41, ANY];
const NAME = [41, ANY];

/** By the character after `{{` and `~`. */
const BY_SIGIL: Readonly<Record<string, readonly number[]>> = {
  "{": [9, 19, 23],
  ">": [11, 23],
  "#": [12, 13, 23],
  "/": [14, 23],
  "^": [15, 17, 23],
  "&": [20, 23],
  "!": [21, 22, 23],
};
/** `{{else}}` and `{{else …`, which may stand after blanks. */
const ELSE_OR_MUSTACHE = [16, 18, 23];
const MUSTACHE = [23];

/** Without effect when it is called again. */
export function narrowLexer(): void {
  const { lexer } = parser;
  const all = lexer.conditions.mu.rules;
  lexer._currentRules = function () {
    const condition = this.conditionStack[this.conditionStack.length - 1]!;
    return condition === "mu" ? (rulesAt(this._input) ?? all) : this.conditions[condition]!.rules;
  };
}

/** Null: all of them. */
function rulesAt(input: string): readonly number[] | null {
  const first = input.charAt(0);
  if (first === "{") return input.startsWith("{{") ? rulesOfTag(input) : null;
  const rules = BY_FIRST[first];
  if (rules !== undefined) return rules;
  if (first === " " || first === "\n" || first === "\t") return BLANK;
  if (first === "-" || (first >= "0" && first <= "9")) return NUMBER;
  return (first >= "a" && first <= "z") || (first >= "A" && first <= "Z") || first === "_" ? NAME : null;
}

function rulesOfTag(input: string): readonly number[] {
  const sigil = input.charAt(input.startsWith("{{~") ? 3 : 2);
  const rules = BY_SIGIL[sigil];
  if (rules !== undefined) return rules;
  return sigil === "e" || /\s/.test(sigil) ? ELSE_OR_MUSTACHE : MUSTACHE;
}
