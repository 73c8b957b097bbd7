// Reads postgresql.conf as guc-file.l does: one `name = value` on a line, strings in single quotes.

import { hasMarker, Scanner, type Token } from "./scanner.ts";

const BLANKS = /[ \t\r\f\v]*/y;
const COMMENT = /#[^\n]*/y;
/** PostgreSQL takes every character beyond ASCII for a letter. */
const NAME = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*(\.[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)*/y;
const WORD = /[^\s'#=]+/y;
const UNQUOTED =
  /^([A-Za-z_\u0080-\uffff][\w\u0080-\uffff.:/-]*|[+-]?(\d+|0[xX][0-9A-Fa-f]+)[A-Za-z]*|[+-]?\d*\.\d*([eE][+-]?\d+)?|[+-]?\d+[eE][+-]?\d+)$/;
const NAMED: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

export function readPostgresql(file: string): readonly Token[] {
  const scanner = new Scanner(file);
  while (!scanner.isAtEnd) {
    scanner.take(BLANKS);
    if (scanner.char !== "\n" && scanner.char !== "#" && !scanner.isAtEnd) readSetting(scanner);
    scanner.take(BLANKS);
    scanner.take(COMMENT);
    if (!scanner.isAtEnd && !scanner.skip("\n")) scanner.fail("there is more on the line than one value");
  }
  return scanner.tokens;
}

function readSetting(scanner: Scanner): void {
  const start = scanner.index;
  const name = scanner.take(NAME);
  if (name === "") scanner.fail("the line does not start with the name of a setting", start);
  scanner.add("text", name, start);
  scanner.take(BLANKS);
  if (scanner.skip("=")) scanner.take(BLANKS);
  if (scanner.char === "'") readString(scanner);
  else readWord(scanner);
  scanner.add("mark", "\n", scanner.index);
}

function readWord(scanner: Scanner): void {
  const start = scanner.index;
  const word = scanner.take(WORD);
  if (word === "") scanner.fail("the setting has no value", start);
  if (!UNQUOTED.test(word) && !hasMarker(word)) scanner.fail("the value must be in single quotes", start);
  scanner.add("text", word, start);
}

function readString(scanner: Scanner): void {
  const start = scanner.index;
  let value = "";
  for (scanner.index += 1; ; scanner.index += 1) {
    const { char } = scanner;
    if (char === "" || char === "\n") scanner.fail("a string is not closed on its line", start);
    if (char === "'") {
      scanner.index += 1;
      if (scanner.char !== "'") break;
      value += "'";
    } else if (char === "\\") value += readEscape(scanner);
    else value += char;
  }
  scanner.add("text", value, start);
}

const OCTAL = /[0-7]{1,3}/y;

function readEscape(scanner: Scanner): string {
  scanner.index += 1;
  const octal = scanner.take(OCTAL);
  if (octal !== "") {
    scanner.index -= 1;
    return String.fromCharCode(Number.parseInt(octal, 8) % 256);
  }
  if (scanner.char === "\n" || scanner.isAtEnd) scanner.fail("a string is not closed on its line");
  return NAMED[scanner.char] ?? scanner.char;
}
