// Environment files, in the one quoting that systemd's EnvironmentFile= and sh both read right.

import {
  type FormatRules,
  HOLE,
  lineAfter,
  lineBefore,
  oneLine,
  onlyMatching,
  QUOTE_IT,
  refuseNoncharacters,
  startsComment,
} from "./format-rules.ts";
import { scanQuotes } from "./scan-quotes.ts";

/** `NAME=`, where a name may be a value too. */
const ASSIGNMENT = new RegExp(`^\\s*[A-Za-z_${HOLE}][\\w${HOLE}]*=$`);
const BARE = /^[A-Za-z0-9_./:@%+=,-]+$/;
const BARE_PART = /^[A-Za-z0-9_./:@%+=,-]*$/;
/** systemd before v256 takes a backslash in single quotes for an escape; sh never does. */
const IN_SINGLE_QUOTES = /^[^'\\]*$/;
/** systemd before v254 takes the line after a backslash for part of the comment. */
const COMMENT = /[^\\]$|^$/;

export const env: FormatRules = {
  places: (text) =>
    scanQuotes(text, {
      quotes: "\"'",
      escapesIn: '"',
      escapesBare: true,
      comment: startsComment("#;"),
      swallows: (all, index, closer) => closer !== "'" && endsInVariable(all, index),
      bare: (all, index) =>
        ASSIGNMENT.test(lineBefore(all, index)) && lineAfter(all, index).trim() === "" ? "alone" : "part",
    }),

  encode(value, place) {
    const text = String(value);
    refuseNoncharacters(text);
    if (place === "alone") return BARE.test(text) ? text : `"${insideShellQuotes(text)}"`;
    if (place === "double") return insideShellQuotes(text);
    if (place === "single") return onlyMatching(text, IN_SINGLE_QUOTES, "Use double quotes here.");
    if (place === "line") return onlyMatching(oneLine(text), COMMENT, "Let it not end in a backslash.");
    return onlyMatching(text, BARE_PART, QUOTE_IT);
  },
};

/** The four characters that a backslash escapes in double quotes, for sh and for systemd (its SHELL_NEED_ESCAPE). */
export function insideShellQuotes(text: string): string {
  return text.replace(/["\\`$]/g, "\\$&");
}

/** `$HOME` right before a value: the shell would read both as one name. */
export function endsInVariable(text: string, index: number): boolean {
  return /\$\{?\w*$/.test(lineBefore(text, index));
}
