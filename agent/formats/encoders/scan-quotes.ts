// Finds the places of values in formats made of quoted strings, comments and bare words.

import { type Place, HOLE } from "./format-rules.ts";

interface QuoteRules {
  /** The characters that open a string and close it. */
  readonly quotes: string;
  /** The quotes inside which a backslash escapes; `bare` if it does outside of quotes too. */
  readonly escapesIn: string;
  readonly escapesBare?: boolean;
  /** `"""` and `'''` open strings too (TOML). */
  readonly triple?: boolean;
  /** A string ends with its line, closed or not. */
  readonly oneLine?: boolean;
  /** Whether the quote at `index` opens a string. Default: always. */
  opens?(text: string, index: number): boolean;
  /** Whether a comment starts at `index`. */
  comment(text: string, index: number): boolean;
  /** Whether the text before the hole at `index` swallows what follows, as `$name` does. `closer`: the string it is in. */
  swallows?(text: string, index: number, closer: string | null): boolean;
  /** The place of a hole outside quotes and comments. */
  bare(text: string, index: number): Place;
}

interface Scan {
  /** What closes the string that the scan is in; null outside. */
  closer: string | null;
  inComment: boolean;
  readonly places: Place[];
}

export function scanQuotes(text: string, rules: QuoteRules): Place[] {
  const scan: Scan = { closer: null, inComment: false, places: [] };
  for (let index = 0; index < text.length;) index += countPlain(text, index) || step(text, index, rules, scan);
  return scan.places;
}

/** They end nothing and begin nothing, wherever they stand. */
const PLAIN = /[A-Za-z0-9_ ]+/y;

function countPlain(text: string, index: number): number {
  PLAIN.lastIndex = index;
  return PLAIN.test(text) ? PLAIN.lastIndex - index : 0;
}

/** How many characters it has read. */
function step(text: string, index: number, rules: QuoteRules, scan: Scan): number {
  const char = text.charAt(index);
  if (char === HOLE) scan.places.push(placeAt(text, index, rules, scan));
  else if (scan.inComment) scan.inComment = char !== "\n";
  else if (char === "\\" && escapes(rules, scan)) return stepOverEscape(text, index, scan);
  else if (scan.closer !== null) return stepInString(text, index, rules, scan, scan.closer);
  else if (rules.comment(text, index)) scan.inComment = true;
  else if (rules.quotes.includes(char) && (rules.opens?.(text, index) ?? true)) {
    scan.closer = rules.triple && text.startsWith(char.repeat(3), index) ? char.repeat(3) : char;
    return scan.closer.length;
  }
  return 1;
}

function escapes(rules: QuoteRules, { closer }: Scan): boolean {
  return closer === null ? rules.escapesBare === true : rules.escapesIn.includes(closer.charAt(0));
}

function stepOverEscape(text: string, index: number, scan: Scan): number {
  if (text[index + 1] === HOLE) scan.places.push("never");
  return 2;
}

function stepInString(text: string, index: number, rules: QuoteRules, scan: Scan, closer: string): number {
  if (text.startsWith(closer, index)) {
    scan.closer = null;
    return closer.length;
  }
  if (text[index] === "\n" && rules.oneLine) scan.closer = null;
  return 1;
}

function placeAt(text: string, index: number, rules: QuoteRules, scan: Scan): Place {
  if (scan.inComment) return "line";
  if (rules.swallows?.(text, index, scan.closer)) return "never";
  if (scan.closer !== null) return scan.closer.startsWith('"') ? "double" : "single";
  return rules.bare(text, index);
}
