// systemd units: `%` is doubled; quotes are added only in the directives that take them. `$` is text but in commands, where the
// reader finds it out.

import {
  type FormatRules,
  type Place,
  lineAfter,
  lineBefore,
  oneLine,
  onlyMatching,
  QUOTE_IT,
  refuseControl,
  refuseNoncharacters,
  startsComment,
} from "./format-rules.ts";
import { scanQuotes } from "./scan-quotes.ts";

export const TAKES_QUOTED_WORDS = /^(Exec\w*|Environment)$/;
const FREE_TEXT = /^Description$/;
const BEFORE_A_WORD = /[=\s]$/;
const AFTER_A_WORD = /^(\s|$)/;
const BARE = /^[A-Za-z0-9_.,:/%$-][A-Za-z0-9_.,:/@%+=~*?$-]*$/;
const BARE_PART = /^[A-Za-z0-9_.,:/@%+=~*?$-]*$/;
/** `50%` for CPUQuota= and its kin, which know no specifiers: to those that do, a `%` at the end is itself. */
const PERCENTAGE = /^\d+(?:\.\d+)?%$/;
/** The same to a directive that undoes quotes and to one that keeps them. */
const IN_QUOTES_OR_NOT = /^[^"'\\]*$/;
const NAMED: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

export const systemd: FormatRules = {
  places: (text) => directivesOf(text).flatMap(placesInDirective),

  encode(value, place) {
    const plain = String(value);
    if (place === "end" && PERCENTAGE.test(plain)) return plain;
    const text = plain.replaceAll("%", "%%");
    refuseNoncharacters(text);
    if (place === "line") return onlyMatching(oneLine(text), /^[^\\]*$/, "Use a value without backslashes.");
    if (place === "double") return insideQuotes(text, '"');
    if (place === "single") return insideQuotes(text, "'");
    if (place === "closed") return onlyMatching(oneLine(text), IN_QUOTES_OR_NOT, "Use a value without quotes.");
    if (place === "alone") return BARE.test(text) ? text : `"${insideQuotes(text, '"')}"`;
    return onlyMatching(text, BARE_PART, QUOTE_IT);
  },
};

/** Each with the lines that a backslash continues, and the comments among them. */
function directivesOf(text: string): string[] {
  const directives: string[] = [];
  let open = "";
  for (const line of text.split("\n")) {
    const isFirst = open === "";
    open += `${line}\n`;
    const isComment = /^\s*[#;]/.test(line);
    if (isComment ? !isFirst : endsInBackslash(line)) continue;
    directives.push(open);
    open = "";
  }
  return [...directives, open];
}

/** Not in one that is itself escaped. */
export function endsInBackslash(line: string): boolean {
  let count = 0;
  while (line[line.length - 1 - count] === "\\") count += 1;
  return count % 2 === 1;
}

function placesInDirective(directive: string): Place[] {
  const name = /^\s*(\w+)\s*=/.exec(directive)?.[1] ?? "";
  const takesWords = TAKES_QUOTED_WORDS.test(name);
  return scanQuotes(directive, {
    quotes: takesWords ? "\"'" : "",
    escapesIn: "\"'",
    escapesBare: true,
    comment: startsComment("#;"),
    swallows: (all, index) => /(^|[^%])(%%)*%$/.test(lineBefore(all, index)),
    bare(all, index) {
      if (FREE_TEXT.test(name)) return "line";
      if (!takesWords && isInQuotes(lineBefore(all, index))) return "closed";
      if (!takesWords) return lineAfter(all, index).trim() === "" ? "end" : "part";
      const isWhole =
        BEFORE_A_WORD.test(all.slice(Math.max(0, index - 1), index)) &&
        AFTER_A_WORD.test(all.slice(index + 1, index + 2));
      return isWhole ? "alone" : "part";
    },
  });
}

/** Whether a quote is open, to those directives that know quotes. */
function isInQuotes(line: string): boolean {
  return (line.match(/"/g)?.length ?? 0) % 2 === 1;
}

function insideQuotes(text: string, quote: string): string {
  refuseControl(text);
  return text.replace(/["'\\\n\r\t]/g, (char) => NAMED[char] ?? (char === "\\" || char === quote ? `\\${char}` : char));
}
