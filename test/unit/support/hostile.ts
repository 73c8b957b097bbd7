// Strings that break config files: quotes, escapes, line breaks, expansions, comment signs, and anything in Unicode.

import fc from "fast-check";

const SPECIALS = Array.from(
  "\"'`\\$%#;:=!&<>{}[](),|*?~@^-+/ \t\n\r\f\v\b\u0001\u001b\u007f\u0080\u0085\u009f\u00a0\u2028\u2029\ue000\ue001\ufeff\ufffe\uffff0aZé☃😀",
);

/** Whole words that some reader takes for something else than text, or that end what they stand in. */
const PIECES = [
  "${HOME}",
  "$(id)",
  "$HOME",
  "`id`",
  "$'a'",
  "$$",
  "-->",
  "--",
  "<!--",
  "]]>",
  "<![CDATA[",
  "&amp;",
  "''",
  '""',
  '"""',
  "'''",
  "\\n",
  "\\u0041",
  "\\x41",
  "\\101",
  "\\",
  "%%",
  "%n",
  "%H",
  "{{",
  "}}",
  "{{x}}",
  "---",
  "...",
  "- a",
  "? a",
  "a: b",
  "a #b",
  "# a",
  "; a",
  "!!str",
  "&a",
  "*a",
  "[a]",
  "{a: b}",
  "@a",
  "|",
  ">",
  "null",
  "~",
  "yes",
  "no",
  "on",
  "Off",
  "true",
  "1e3",
  "0x10",
  "0o17",
  "0123",
  "1_000",
  "-1",
  "+1",
  ".5",
  ".inf",
  ".nan",
  "NaN",
  "12:30:45",
  "2024-01-02",
  "2024-01-02T03:04:05Z",
  "=",
  "<<",
  "A=1",
  "\r\n",
  "\r",
  "\n",
  "\n\n",
  "\\\n",
  "\n  x: y",
  "\nA=1",
  "\n[s]",
  "\n;",
  "/*",
  "*/",
  "//",
  " a",
  "a ",
  "\ta",
  "a\t",
  " ",
  "a b",
  "~root",
  "a:~root",
  "-e",
  "@/bin/sh",
  "!a",
  "{a,b}",
  "*",
  "?",
  "\u2028",
  "\u2029",
  "\u0085",
  "\ufeffa",
  "a\ufeff",
  "😀",
  "e\u0301",
];

/** The words themselves, and values that no format takes. */
export const CORPUS: readonly string[] = ["", ...PIECES];
export const UNWRITABLE: readonly string[] = ["a\0b", "\0", "a\ud800", "\udc00b", "\ud800"];

export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: fc.constantFrom(...SPECIALS), maxLength: 12 }),
  fc.string({ unit: "grapheme", maxLength: 12 }),
  fc.array(fc.constantFrom(...PIECES, "a"), { maxLength: 4 }).map((pieces) => pieces.join("")),
);

/** Of what a run tries: told in the titles of the suites, to be given by FUZZ_SEED. */
export const SEED = Number(process.env["FUZZ_SEED"] ?? Date.now() % 2 ** 31);

/** The corpus, and `count` values more. */
export function sampleHostile(count: number): string[] {
  return [...CORPUS, ...fc.sample(hostileText, { numRuns: count, seed: SEED })];
}

/** 1 MiB of text that nearly every format must quote or escape. */
export const MEBIBYTE = 'it\'s 100% "so" \\ ${HOME};#'.repeat(2 ** 20).slice(0, 2 ** 20);
