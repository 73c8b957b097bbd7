// postgresql.conf: numbers, sizes and plain words bare, everything else in single quotes.

import {
  type FormatRules,
  escaper,
  lineAfter,
  lineBefore,
  oneLine,
  onlyMatching,
  refuseControl,
} from "./format-rules.ts";
import { scanQuotes } from "./scan-quotes.ts";

const BEFORE_A_VALUE = /^\s*[\w.]+(\s*=\s*|\s+)$/;
/** What guc-file.l reads unquoted: integers with a unit, decimals, names. */
const BARE = /^([+-]?\d+[A-Za-z]*|[+-]?\d+\.\d+|[A-Za-z_][\w.:/-]*)$/;
const BARE_PART = /^[\w.:/+-]*$/;
const escapeNamed = escaper({
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\\": "\\\\",
  "'": "''",
});

export const postgresql: FormatRules = {
  places: (text) =>
    scanQuotes(text, {
      quotes: "'",
      escapesIn: "'",
      oneLine: true,
      comment: (all, index) => all[index] === "#",
      bare: (all, index) =>
        BEFORE_A_VALUE.test(lineBefore(all, index)) && /^\s*(#|$)/.test(lineAfter(all, index)) ? "alone" : "part",
    }),

  encode(value, place) {
    const text = String(value);
    if (place === "line") return oneLine(text);
    if (place === "single") return insideQuotes(text);
    if (place === "alone") return BARE.test(text) ? text : `'${insideQuotes(text)}'`;
    return onlyMatching(text, BARE_PART, "Put {{…}} and the text around it in single quotes.");
  },
};

/** GUC_scanstr undoes backslash escapes and doubled quotes. */
function insideQuotes(text: string): string {
  refuseControl(text);
  return escapeNamed(text);
}
