// YAML: a value alone becomes a JSON literal, which no reader takes for `no`, `0123`, `~` or a date; plain text passes only where harmless.

import {
  type FormatRules,
  type NumberRules,
  type Place,
  HOLE,
  lineAfter,
  lineBefore,
  oneLine,
  onlyMatching,
  QUOTE_IT,
  Unencodable,
} from "./format-rules.ts";
import { insideDoubleQuotes, jsonLiteral } from "./json.ts";

const TOKEN_END = /^\s*($|\s#|:(\s|$))/;
const TOKEN_END_IN_FLOW = /^\s*($|[,\]}]|\s#|:(\s|$))/;
/** `key: |`, `- >-`: the indented lines that follow are text as it is. */
const BLOCK_SCALAR_HEADER = /(^|[:-]\s+|\s)[|>][0-9+-]*\s*(#.*)?$/;
const PLAIN_PART = /^([A-Za-z0-9_./](\S*[A-Za-z0-9_./=~%+@-])?)?$/;
const PLAIN_CHARACTERS = /^[A-Za-z0-9_./@%+=~:-]*$/;
/** What YAML 1.1 takes for the end of a line, beside CR and LF. */
const OTHER_LINE_BREAK = /[\u0085\u2028\u2029]/;
/** What YAML knows by its escape only. */
const UNPRINTABLE = /[\u0080-\u0084\u0086-\u009f\ufeff\ufffe\uffff]/;
/** What 1.1 and 1.2 read as the same number: to 1.1, which many programs still read, 0027 is 23, 1e3 a text, and -.5 to PyYAML. */
const NUMBER =
  /^(?:[+-]?(?:0|[1-9]\d*)|0x[\dA-Fa-f]+|(?:\.\d+|[+-]?\d+\.\d*)(?:[eE][+-]\d+)?|[+-]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
const NUMBERS: NumberRules = {
  isNumber: (spelled) => NUMBER.test(spelled),
  otherwise: "is one number to YAML 1.2, and another or text to YAML 1.1",
};
const QUOTES_AND_BRACKETS = "\"'[]{}";

/** A number, a time, a date or a truth to YAML 1.1, and text or another number to 1.2: 0027, 22:22, 1_000, 2026-01-02, no. */
const UNCLEAR =
  /^(?:[+-]?0[\d_]+|[+-]?(?=\d*_)\d[\d_]*(?:\.[\d_]*)?|[+-]?0[box][\da-f_]+|[+-]?\d[\d_]*(?::[0-5]?\d)+(?:\.[\d_]*)?|\d{4}-\d\d?-\d\d?(?:[t\s].*)?|[+-]?[\d.]+e[+-]?\d+|[+-]\.\d+|y|n|yes|no|on|off)$/i;

export const yaml: FormatRules = {
  numbers: NUMBERS,

  isUnclear: (word) => UNCLEAR.test(word) && !NUMBER.test(word),

  places: (text) => new YamlScan(text).run(),

  encode(value, place) {
    const text = String(value);
    if (place === "alone") return jsonLiteral(value, NUMBERS);
    if (place === "double") return insideDoubleQuotes(text);
    if (place === "single") return unbroken(text).replaceAll("'", "''");
    if (place === "line") return unindented(unbroken(text));
    return onlyMatching(onlyMatching(text, PLAIN_CHARACTERS, QUOTE_IT), PLAIN_PART, QUOTE_IT);
  },
};

function unbroken(text: string): string {
  if (OTHER_LINE_BREAK.test(text)) throw new Unencodable("it has a line break", "Use a value without line breaks.");
  if (UNPRINTABLE.test(text))
    throw new Unencodable("it has a character that YAML does not print", "Use double quotes.");
  return oneLine(text);
}

/** Leading blanks would change how deep the line is. */
function unindented(text: string): string {
  return onlyMatching(text, /^(\S|$)/, "Use a value that does not start with a blank.");
}

/** Whether `index` comes after an indicator (`- `, `a: `, `[`), a tag, or nothing. */
function startsToken(text: string, index: number): boolean {
  const before = lineBefore(text, index);
  const trimmed = before.trimEnd();
  if (trimmed === "" || /[[{,]$/.test(trimmed.slice(-1))) return true;
  if (trimmed.length === before.length) return false;
  const word = trimmed.slice(Math.max(trimmed.lastIndexOf(" "), trimmed.lastIndexOf("\t")) + 1);
  return /[:?-]$/.test(word) || word.startsWith("!");
}

/** How deep the owner of a block scalar stands: in `- key: |` that is the key, in `- |` the dash. */
function parentIndent(header: string): number {
  const lead = /^\s*(?:-\s+)*/.exec(header)?.[0] ?? "";
  return /^[|>]/.test(header.slice(lead.length)) ? Math.max(0, lead.trimEnd().length - 1) : lead.length;
}

class YamlScan {
  readonly #text: string;
  readonly #places: Place[] = [];
  #quote: string | null = null;
  #flowDepth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  run(): Place[] {
    let start = 0;
    let blockParentIndent = -1;
    for (const line of this.#text.split("\n")) {
      const indent = line.trim() === "" ? Number.POSITIVE_INFINITY : line.search(/\S/);
      if (blockParentIndent >= 0 && indent > blockParentIndent) this.#textLine(line);
      else {
        this.#line(start, line);
        blockParentIndent = this.#quote === null && BLOCK_SCALAR_HEADER.test(line) ? parentIndent(line) : -1;
      }
      start += line.length + 1;
    }
    return this.#places;
  }

  #textLine(line: string): void {
    for (const char of line) if (char === HOLE) this.#places.push("line");
  }

  #line(start: number, line: string): void {
    for (let column = 0; column < line.length; column += 1) {
      const char = line.charAt(column);
      const index = start + column;
      if (this.#quote !== null) column += this.#inQuotes(index, char);
      else if (char === HOLE) this.#places.push(this.#barePlace(index));
      else if (char === "#" && /^\s?$/.test(line.slice(Math.max(0, column - 1), column)))
        return this.#textLine(line.slice(column));
      else this.#bare(index, char);
    }
  }

  /** How many characters to skip beside this one. */
  #inQuotes(index: number, char: string): number {
    const next = this.#text[index + 1];
    if (char === HOLE) this.#places.push(this.#quote === '"' ? "double" : "single");
    else if (char === "\\" && this.#quote === '"') {
      if (next === HOLE) this.#places.push("never");
      return next === "\n" ? 0 : 1;
    } else if (char === this.#quote) {
      if (char === "'" && next === "'") return 1;
      this.#quote = null;
    }
    return 0;
  }

  #bare(index: number, char: string): void {
    if (!QUOTES_AND_BRACKETS.includes(char)) return;
    const isFirst = startsToken(this.#text, index);
    if ((char === '"' || char === "'") && isFirst) this.#quote = char;
    else if ((char === "[" || char === "{") && (isFirst || this.#flowDepth > 0)) this.#flowDepth += 1;
    else if ((char === "]" || char === "}") && this.#flowDepth > 0) this.#flowDepth -= 1;
  }

  #barePlace(index: number): Place {
    const end = this.#flowDepth > 0 ? TOKEN_END_IN_FLOW : TOKEN_END;
    const whole = startsToken(this.#text, index) && end.test(lineAfter(this.#text, index));
    return whole ? "alone" : "part";
  }
}
