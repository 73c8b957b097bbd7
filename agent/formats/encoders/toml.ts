// TOML: a value alone becomes a basic string, a number or a boolean; it takes JSON's escapes.

import {
  type FormatRules,
  type NumberRules,
  lineAfter,
  lineBefore,
  oneLine,
  onlyMatching,
  QUOTE_IT,
} from "./format-rules.ts";
import { insideDoubleQuotes, jsonLiteral } from "./json.ts";
import { scanQuotes } from "./scan-quotes.ts";

const BEFORE_A_VALUE = /(^|[=[{,.])\s*$/;
const AFTER_A_VALUE = /^\s*($|[\]},.=#])/;
const BARE_KEY_OR_NUMBER = /^[A-Za-z0-9_+.:-]*$/;
/** TOML 1.0. */
const INTEGER = /^(?:[+-]?(?:0|[1-9]\d*)|0x[\dA-Fa-f]+|0o[0-7]+)$/;
const FLOAT = /^[+-]?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const NUMBERS: NumberRules = {
  isNumber: (spelled) => (INTEGER.test(spelled) ? has64Bits(spelled) : FLOAT.test(spelled)),
  otherwise: "is not a number in TOML, whose whole numbers have 64 bits",
};
const IN_LITERAL_STRING = /^[^'\n\r]*$/;

export const toml: FormatRules = {
  numbers: NUMBERS,

  places: (text) =>
    scanQuotes(text, {
      quotes: "\"'",
      escapesIn: '"',
      triple: true,
      comment: (all, index) => all[index] === "#",
      bare: (all, index) =>
        BEFORE_A_VALUE.test(lineBefore(all, index)) && AFTER_A_VALUE.test(lineAfter(all, index)) ? "alone" : "part",
    }),

  encode(value, place) {
    const text = String(value);
    if (place === "alone") return jsonLiteral(value, NUMBERS);
    if (place === "double") return insideDoubleQuotes(text);
    if (place === "line") return oneLine(text);
    if (place === "single") return onlyMatching(oneLine(text), IN_LITERAL_STRING, "Use double quotes here.");
    return onlyMatching(text, BARE_KEY_OR_NUMBER, QUOTE_IT);
  },
};

function has64Bits(integer: string): boolean {
  return BigInt.asIntN(64, BigInt(integer)) === BigInt(integer);
}
