// Text that somebody else wrote, made safe to display: what would steer a terminal, forge a line of the journal, or hide or
// turn around what stands beside it, is shown as an escape. Ordinary text comes back as it is, and so does what is shown
// already. Pure.

// Controls, format characters (marks and overrides of direction, zero-width ones), lone surrogates, separators of lines and
// paragraphs, and what no font draws; but not the two selectors that make an emoji of a character, or a character of it.
const HIDDEN = /[[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]--[\n\t]--[\u{fe0e}]--[\u{fe0f}]]/gv;
const LAYOUT = /[\n\t]/g;

// Nearly every text is so, and this is quicker to see.
const PLAIN = /^[ -~]*$/;
const PLAIN_LINES = /^[\n\t -~]*$/;

/** On one line, for a place within a sentence or a table. */
export function shown(text: string): string {
  return PLAIN.test(text) ? text : shownLines(text).replaceAll(LAYOUT, escape);
}

/** A text of many lines, as a file's: each line feed ends its line, and tabs stay. */
export function shownLines(text: string): string {
  return PLAIN_LINES.test(text) ? text : text.replaceAll(HIDDEN, escape);
}

/** The same value to every reader of JSON: JSON.stringify leaves all but ASCII's controls as they are. */
export function shownJson(document: unknown, indent = 0): string {
  const json = JSON.stringify(document, null, indent);
  return PLAIN_LINES.test(json) ? json : json.replaceAll(HIDDEN, escapeUnits);
}

const NAMED: Readonly<Record<string, string>> = { "\n": String.raw`\n`, "\r": String.raw`\r`, "\t": String.raw`\t` };

function escape(hidden: string): string {
  const code = hidden.codePointAt(0)!;
  const digits = code.toString(16);
  if (code <= 0xff) return NAMED[hidden] ?? String.raw`\x${digits.padStart(2, "0")}`;
  return code <= 0xffff ? escapeUnits(hidden) : String.raw`\u{${digits}}`;
}

function escapeUnits(hidden: string): string {
  const units = hidden.split("").map((unit) => unit.charCodeAt(0).toString(16).padStart(4, "0"));
  return units.map((digits) => String.raw`\u${digits}`).join("");
}
