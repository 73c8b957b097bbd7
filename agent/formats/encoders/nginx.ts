// nginx: bare where the tokenizer reads it as one word, else in double quotes; `$` is refused, for nothing can escape it.

import { endsInVariable } from "./env.ts";
import { type FormatRules, oneLine, onlyMatching, QUOTE_IT, refuseControl, Unencodable } from "./format-rules.ts";
import { scanQuotes } from "./scan-quotes.ts";

const BEFORE_A_WORD = /(^|[\s;{}])$/;
const AFTER_A_WORD = /^($|[\s;{}])/;
const BARE = /^[A-Za-z0-9_.,:/@%+=*~^-]+$/;
const BARE_PART = /^[A-Za-z0-9_.,:/@%+=*~^-]*$/;
const NAMED: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

export const nginx: FormatRules = {
  places: (text) =>
    scanQuotes(text, {
      quotes: "\"'",
      escapesIn: "\"'",
      escapesBare: true,
      opens: startsWord,
      comment: (all, index) => all[index] === "#" && startsWord(all, index),
      swallows: endsInVariable,
      bare: (all, index) =>
        startsWord(all, index) && AFTER_A_WORD.test(all.slice(index + 1, index + 2)) ? "alone" : "part",
    }),

  encode(value, place) {
    const text = String(value);
    if (place === "line") return oneLine(text);
    if (text.includes("$")) throw new Unencodable("it has a $, which nginx cannot escape", "Use a value without $.");
    if (place === "double") return insideQuotes(text, '"');
    if (place === "single") return insideQuotes(text, "'");
    if (place === "alone") return BARE.test(text) ? text : `"${insideQuotes(text, '"')}"`;
    return onlyMatching(text, BARE_PART, QUOTE_IT);
  },
};

function startsWord(text: string, index: number): boolean {
  return BEFORE_A_WORD.test(text.slice(Math.max(0, index - 1), index));
}

/** As ngx_conf_read_token takes it apart again. */
function insideQuotes(text: string, quote: string): string {
  refuseControl(text);
  return text.replace(/["'\\\n\r\t]/g, (char) => NAMED[char] ?? (char === "\\" || char === quote ? `\\${char}` : char));
}
