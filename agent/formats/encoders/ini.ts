// INI: no standard says how to quote, so a value is written as it is, and refused where readers would disagree about it.

import { type FormatRules, lineAfter, lineBefore, oneLine, onlyMatching, startsComment } from "./format-rules.ts";
import { scanQuotes } from "./scan-quotes.ts";

/** MySQL takes a backslash for an escape and `#` for a comment, others take `;` for one or strip quotes. */
const WHOLE_VALUE = /^([^\s\u0085"'#;\\]([^#;\\]*[^\s\u0085#;\\])?)?$/;
const PART = /^[^"'#;\\[\]=]*$/;
const IN_DOUBLE_QUOTES = /^[^"\\]*$/;
const IN_SINGLE_QUOTES = /^[^'\\]*$/;
const FIX = "If the program that reads the file knows quotes, put {{…}} in double quotes; else change the value.";

export const ini: FormatRules = {
  places: (text) =>
    scanQuotes(text, {
      quotes: "\"'",
      escapesIn: "\"'",
      oneLine: true,
      opens: (all, index) => /=\s*$/.test(lineBefore(all, index)),
      comment: startsComment("#;"),
      bare: (all, index) =>
        /[=:]\s*$/.test(lineBefore(all, index)) && lineAfter(all, index).trim() === "" ? "alone" : "part",
    }),

  encode(value, place) {
    const text = oneLine(String(value));
    if (place === "line") return text;
    if (place === "alone") return onlyMatching(text, WHOLE_VALUE, FIX);
    if (place === "double") return onlyMatching(text, IN_DOUBLE_QUOTES, "Change the value: readers differ on escapes.");
    if (place === "single") return onlyMatching(text, IN_SINGLE_QUOTES, "Change the value: readers differ on escapes.");
    return onlyMatching(text, PART, FIX);
  },
};
