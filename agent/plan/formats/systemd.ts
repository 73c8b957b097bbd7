// systemd units: `%` is doubled everywhere; quotes are added only in the directives that take them, and `$` is refused.

import type { FormatRules, Place } from "./format-rules.ts";
import { lineBefore, oneLine, onlyMatching, QUOTE_IT, refuseControl, Unencodable } from "./format-rules.ts";
import { scanQuotes } from "./scan-quotes.ts";

const TAKES_QUOTED_WORDS = /^(Exec\w*|Environment)$/;
const FREE_TEXT = /^Description$/;
const BEFORE_A_WORD = /[=\s]$/;
const AFTER_A_WORD = /^(\s|$)/;
const BARE = /^[A-Za-z0-9_.,:/%-][A-Za-z0-9_.,:/@%+=~*?-]*$/;
const BARE_PART = /^[A-Za-z0-9_.,:/@%+=~*?-]*$/;
const NAMED: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

export const systemd: FormatRules = {
  places: (text) =>
    scanQuotes(text, {
      quotes: "\"'",
      escapesIn: "\"'",
      escapesBare: true,
      opens: (all, index) => BEFORE_A_WORD.test(all.slice(Math.max(0, index - 1), index)),
      comment: (all, index) => "#;".includes(all[index]!) && lineBefore(all, index).trim() === "",
      swallows: (all, index) => /(^|[^%])(%%)*%$/.test(lineBefore(all, index)),
      bare: placeInDirective,
    }),

  encode(value, place) {
    const text = String(value).replaceAll("%", "%%");
    if (place === "line") return onlyMatching(oneLine(text), /^[^\\]*$/, "Use a value without backslashes.");
    if (text.includes("$")) {
      throw new Unencodable("it has a $, which systemd expands in commands", "Pass it by an EnvironmentFile= instead.");
    }
    if (place === "double") return insideQuotes(text, '"');
    if (place === "single") return insideQuotes(text, "'");
    if (place === "alone") return BARE.test(text) ? text : `"${insideQuotes(text, '"')}"`;
    return onlyMatching(text, BARE_PART, QUOTE_IT);
  },
};

function placeInDirective(text: string, index: number): Place {
  const directive = directiveOf(text, index);
  if (FREE_TEXT.test(directive)) return "line";
  const whole =
    BEFORE_A_WORD.test(text.slice(Math.max(0, index - 1), index)) &&
    AFTER_A_WORD.test(text.slice(index + 1, index + 2));
  return whole && TAKES_QUOTED_WORDS.test(directive) ? "alone" : "part";
}

/** The name before the first `=` of the logical line, which a backslash at its end continues. */
function directiveOf(text: string, index: number): string {
  let start = index - lineBefore(text, index).length;
  while (start > 1 && text[start - 2] === "\\") start -= 1 + lineBefore(text, start - 1).length;
  return /^\s*(\w+)\s*=/.exec(text.slice(start, index))?.[1] ?? "";
}

function insideQuotes(text: string, quote: string): string {
  refuseControl(text);
  return text.replace(/["'\\\n\r\t]/g, (char) => NAMED[char] ?? (char === "\\" || char === quote ? `\\${char}` : char));
}
