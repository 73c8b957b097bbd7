// Reads Java properties as java.util.Properties.load does, continued lines and \uXXXX included.

import { Scanner, type Token } from "./scanner.ts";

const BEFORE_A_KEY = /[ \t\f\r\n]*/y;
const BLANKS = /[ \t\f]*/y;
const COMMENT = /[^\r\n]*/y;
const CONTINUATION = /(\r\n|[\r\n])[ \t\f]*/y;
const CODE = /u[0-9A-Fa-f]{4}/y;
const NAMED: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", f: "\f" };

export function readProperties(file: string): readonly Token[] {
  const scanner = new Scanner(file);
  for (scanner.take(BEFORE_A_KEY); !scanner.isAtEnd; scanner.take(BEFORE_A_KEY)) {
    if (scanner.char === "#" || scanner.char === "!") scanner.take(COMMENT);
    else readPair(scanner);
  }
  return scanner.tokens;
}

function readPair(scanner: Scanner): void {
  addText(scanner, " \t\f=:\r\n");
  skipBlanks(scanner);
  if (scanner.char === "=" || scanner.char === ":") scanner.index += 1;
  skipBlanks(scanner);
  scanner.add("mark", "=", scanner.index);
  addText(scanner, "\r\n");
}

/** A line that is continued may be so before its value too. */
function skipBlanks(scanner: Scanner): void {
  scanner.take(BLANKS);
  while (scanner.char === "\\" && /[\r\n]/.test(scanner.text[scanner.index + 1] ?? "")) {
    scanner.index += 1;
    scanner.take(CONTINUATION);
  }
}

function addText(scanner: Scanner, ends: string): void {
  const start = scanner.index;
  let value = "";
  while (!scanner.isAtEnd && !ends.includes(scanner.char)) {
    const { char } = scanner;
    scanner.index += 1;
    value += char === "\\" ? readEscape(scanner) : char;
  }
  scanner.add("text", value, start);
}

function readEscape(scanner: Scanner): string {
  const start = scanner.index - 1;
  if (scanner.take(CONTINUATION) !== "") return "";
  if (scanner.char === "u") {
    const code = scanner.take(CODE);
    if (code === "") scanner.fail("\\u wants four hexadecimal digits after it", start);
    return String.fromCharCode(Number.parseInt(code.slice(1), 16));
  }
  const { char } = scanner;
  scanner.index += 1;
  return NAMED[char] ?? char;
}
