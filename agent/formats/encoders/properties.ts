// Java properties: backslash escapes everywhere, \uXXXX for what is not Latin-1's printable half.

import { type FormatRules, escaper, lineBefore, oneLine, startsComment } from "./format-rules.ts";
import { unicodeEscape } from "./json.ts";
import { scanQuotes } from "./scan-quotes.ts";

const escapeNamed = escaper({ "\n": "\\n", "\r": "\\r", "\t": "\\t", "\f": "\\f" });

export const properties: FormatRules = {
  places: (text) =>
    scanQuotes(text, {
      quotes: "",
      escapesIn: "",
      escapesBare: true,
      comment: startsComment("#!"),
      // `part` is a key, where every blank is escaped.
      bare: (all, index) => (/[=:]/.test(lineBefore(all, index)) || continues(all, index) ? "alone" : "part"),
    }),

  encode(value, place) {
    const text = String(value);
    if (place === "line") return oneLine(text).replace(/[^ -~]/g, unicodeEscape);
    const escaped = escapeNamed(text.replace(/[\\:=#!]/g, "\\$&")).replace(/[^ -~]/g, unicodeEscape);
    return place === "alone" ? escaped.replace(/^ /, "\\ ") : escaped.replaceAll(" ", "\\ ");
  },
};

/** Whether the line before ends in a backslash, so that this one is still its value. */
function continues(text: string, index: number): boolean {
  const start = text.lastIndexOf("\n", index - 1);
  return start > 0 && text[start - 1] === "\\";
}
