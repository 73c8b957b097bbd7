// JSON: a value alone becomes a JSON literal; inside a string it is escaped as the string wants it.

import { type FormatRules, type NumberRules, type Value, bareLiteral, onlyMatching, QUOTE_IT } from "./format-rules.ts";
import { scanQuotes } from "./scan-quotes.ts";

const BEFORE_A_VALUE = /(^|[\s[{,:])$/;
const AFTER_A_VALUE = /^($|[\s\]},:])/;
const NUMBER_OR_WORD = /^([0-9.eE+-]*|true|false)$/;

/** RFC 8259: no leading zero, no plus, digits on both sides of the point. */
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
export const JSON_NUMBERS: NumberRules = {
  isNumber: (spelled) => NUMBER.test(spelled),
  otherwise: "is not a number in JSON",
};

export const json: FormatRules = {
  numbers: JSON_NUMBERS,

  places: (text) =>
    scanQuotes(text, {
      quotes: '"',
      escapesIn: '"',
      comment: () => false,
      bare: (all, index) =>
        BEFORE_A_VALUE.test(all.slice(Math.max(0, index - 1), index)) &&
        AFTER_A_VALUE.test(all.slice(index + 1, index + 2))
          ? "alone"
          : "part",
    }),

  encode(value, place) {
    if (place === "alone") return jsonLiteral(value);
    if (place === "double") return insideDoubleQuotes(String(value));
    return onlyMatching(String(value), NUMBER_OR_WORD, QUOTE_IT);
  },
};

/** `"text"`, `12`, `true`: the same in JSON, in YAML's flow style and in TOML, but for what they have as numbers. */
export function jsonLiteral(value: Value, numbers = JSON_NUMBERS): string {
  return bareLiteral(value, numbers) ?? `"${insideDoubleQuotes(String(value))}"`;
}

/** JSON's escapes, and \uXXXX for what YAML takes for a line break or does not print. */
export function insideDoubleQuotes(text: string): string {
  return escapeForYaml(JSON.stringify(text).slice(1, -1));
}

/** JSON as YAML reads it too. What is escaped can stand in JSON's strings only. */
export function escapeForYaml(literal: string): string {
  return literal.replace(/[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g, unicodeEscape);
}

/** `\u00e9`. */
export function unicodeEscape(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
