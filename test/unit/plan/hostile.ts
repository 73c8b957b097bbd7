// Strings that break config files: quotes, escapes, line breaks, expansions, comment signs, and anything in Unicode.

import fc from "fast-check";

const SPECIALS = Array.from(
  "\"'`\\$%#;:=!&<>{}[](),|*?~@^-+ \t\n\r\u0001\u007f\u0085\u00a0\u2028\ue000\ue001\ufeff0aZé☃😀",
);

const PIECES = [
  "${HOME}",
  "$(id)",
  "-->",
  "]]>",
  "''",
  '""',
  "\\n",
  "%%",
  "null",
  "no",
  "0123",
  "~",
  "\r\n",
  "\n  x: y",
  "/*",
];

export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: fc.constantFrom(...SPECIALS), maxLength: 12 }),
  fc.string({ unit: "grapheme", maxLength: 12 }),
  fc.array(fc.constantFrom(...PIECES, "a"), { maxLength: 4 }).map((pieces) => pieces.join("")),
);

export function sampleHostile(count: number): string[] {
  return fc.sample(hostileText, count);
}
