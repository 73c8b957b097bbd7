// Reads INI for what all its readers agree on: sections, names, and values as they stand, quotes included.

import { Scanner, type Token } from "./scanner.ts";

const BLANKS = /[ \t]*/y;
const LINE = /[^\n]*/y;

export function readIni(file: string): readonly Token[] {
  const scanner = new Scanner(file);
  while (!scanner.isAtEnd) {
    scanner.take(BLANKS);
    const start = scanner.index;
    readLine(scanner, scanner.take(LINE).trimEnd(), start);
    scanner.skip("\n");
  }
  return scanner.tokens;
}

function readLine(scanner: Scanner, line: string, start: number): void {
  if (line === "" || line.startsWith("#") || line.startsWith(";")) return;
  if (line.startsWith("[")) {
    if (!/^\[[^\]]+\]\s*([#;].*)?$/.test(line)) scanner.fail("a section needs its name between [ and ]", start);
    scanner.add("mark", "[", start);
    scanner.add("text", line.slice(1, line.indexOf("]")), start);
    return;
  }
  const end = line.search(/[=:]/);
  if (end === 0) scanner.fail("this value has no name", start);
  scanner.add("text", (end === -1 ? line : line.slice(0, end)).trimEnd(), start);
  // MySQL and others know names without a value.
  scanner.add("mark", end === -1 ? "" : "=", start);
  if (end !== -1) scanner.add("text", line.slice(end + 1).trim(), start + end + 1);
}
