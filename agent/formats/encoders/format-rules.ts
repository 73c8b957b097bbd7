// What every file format answers: where in its text a value stands, and how a value is written there.

import { Written } from "../../written.ts";

/** Stands for one value in the rendered text while places are looked for. Private use: templates that contain it are refused. */
export const HOLE = "\uE000";

/** `String(value)` is how it was written. */
export type Value = string | number | boolean | Written;

/**
 * Where a value stands, which decides how it may be written:
 * - `alone`: the whole of a value, outside quotes; quotes are added where the format wants them
 * - `part`: beside other text outside quotes; nothing can be added, so only harmless text passes
 * - `end`: as `part`, with nothing after it on its line
 * - `double`, `single`: inside quotes that the template wrote
 * - `line`: a comment or free text that ends with its line
 * - `closed`: where the format can escape nothing (a here-document, CDATA); only plain words pass
 * - `never`: after a character that would change the value's meaning (a backslash, `$name`)
 */
export type Place = "alone" | "part" | "end" | "double" | "single" | "line" | "closed" | "never";

export interface FormatRules {
  /** Whether readers of the format disagree about a bare word that values and text of the template make together. */
  isUnclear?(word: string): boolean;
  /** Of a format whose reader tells numbers, true and false from text by how they stand there. */
  readonly numbers?: NumberRules;
  /** One place for each HOLE of `text`, in order. */
  places(text: string): Place[];
  /** Throws Unencodable. Never called with the place `never`, nor with text that holds NUL or is not well-formed. */
  encode(value: Value, place: Place): string;
}

/** A value that cannot be written where it stands. Its message says why and never shows the value. */
export class Unencodable extends Error {
  override readonly name = "Unencodable";
  /** What to do about it, as a whole sentence. */
  readonly fix: string;

  constructor(why: string, fix: string) {
    super(why);
    this.fix = fix;
  }
}

// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;
const LINE_BREAK = /[\n\r]/;
const PLAIN_WORD = /^[A-Za-z0-9_./:@-]*$/;

/** Line feed, carriage return and tab pass; other control characters do not. */
export function refuseControl(text: string): void {
  if (CONTROL.test(text)) throw new Unencodable("it has a control character", "Take the control character out.");
}

function refuseLineBreak(text: string): void {
  refuseControl(text);
  if (LINE_BREAK.test(text)) {
    throw new Unencodable("it has a line break, which would end the line here", "Use a value without line breaks.");
  }
}

/** Not valid to systemd, which reads nothing of a file that has one. */
const NONCHARACTER = /\p{Noncharacter_Code_Point}/u;
/** Asked first, as V8 takes half a millisecond to prepare the other: one of these units is in each that is none. */
const MAY_BE_NONCHARACTER = /[\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]/;

/** For what systemd reads: an environment file or a unit. */
export function refuseNoncharacters(text: string): void {
  if (MAY_BE_NONCHARACTER.test(text) && NONCHARACTER.test(text)) {
    throw new Unencodable(
      "it has a code point that is not a character",
      "Take it out: systemd refuses the whole file.",
    );
  }
}

/** How a format writes numbers, wherever they come from: the config, a calculation, a secret. */
export interface NumberRules {
  readonly isNumber: (spelled: string) => boolean;
  /** What a number is to the format that is written in another way. */
  readonly otherwise: string;
}

/**
 * A number or truth where its format has them bare: numbers as they were written if the format has them
 * so, else refused; of truth there is one spelling. Null: it is text.
 */
export function bareLiteral(value: Value, { isNumber, otherwise }: NumberRules): string | null {
  if (typeof value === "string") return null;
  const plain = value instanceof Written ? value.value : value;
  if (typeof plain === "boolean") return String(plain);
  const spelled = String(value);
  if (isNumber(spelled)) return spelled;
  // Never a secret, which is text to us.
  const fix =
    value instanceof Written
      ? "In the config, put it in quotes to print text, or write the number another way."
      : "Round it, or calculate in a smaller unit.";
  throw new Unencodable(`${spelled.slice(0, 40)} ${otherwise}`, fix);
}

/** For the place `line`: anything that stays on the line. */
export function oneLine(text: string): string {
  refuseLineBreak(text);
  return text;
}

/** For the place `closed`, and for `part` in the formats that know nothing better. */
export function plainWord(text: string): string {
  return onlyMatching(text, PLAIN_WORD, "Move it out of here into a value of its own.");
}

/** `text` itself if `safe` matches it. */
export function onlyMatching(text: string, safe: RegExp, fix: string): string {
  if (!safe.test(text)) throw new Unencodable("it has a character that would be misread here", fix);
  return text;
}

export const QUOTE_IT = "Put {{…}} and the text around it in double quotes.";

/** How far to look for what decides a place: a file of one long line would be looked through for each of its values. */
const MOST_INSPECTED = 1000;
/** Stands for the text beyond that. No format gives it a meaning. */
const MORE = "…";

/** The line up to `index`. */
export function lineBefore(text: string, index: number): string {
  const from = Math.max(0, index - MOST_INSPECTED);
  const near = text.slice(from, index);
  const start = near.lastIndexOf("\n") + 1;
  return start === 0 && from > 0 ? MORE + near : near.slice(start);
}

/** The rest of the line after the character at `index`. */
export function lineAfter(text: string, index: number): string {
  const near = text.slice(index + 1, index + 1 + MOST_INSPECTED);
  const end = near.indexOf("\n");
  if (end !== -1) return near.slice(0, end);
  return index + 1 + MOST_INSPECTED < text.length ? near + MORE : near;
}

/** Whether one of `signs` starts a comment at `index`: with nothing but blanks before it on its line. */
export function startsComment(signs: string): (text: string, index: number) => boolean {
  return (text, index) => signs.includes(text.charAt(index)) && startsLine(text, index);
}

/** Writes each character that `table` has as it says, by one pass. */
export function escaper(table: Readonly<Record<string, string>>): (text: string) => string {
  const codes = Object.keys(table).map((char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
  const pattern = new RegExp(`[${codes.join("")}]`, "g");
  return (text) => text.replace(pattern, (char) => table[char] ?? char);
}

function startsLine(text: string, index: number): boolean {
  let before = index - 1;
  while (text[before] === " " || text[before] === "\t" || text[before] === "\r" || text[before] === "\f") before -= 1;
  return before < 0 || text[before] === "\n";
}
