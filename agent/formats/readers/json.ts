// Reads JSON (RFC 8259): strict, without recursion, and without the messages of JSON.parse, which quote the text.

import { hasMarker, Scanner, type Token } from "./scanner.ts";

const BLANKS = /[ \t\n\r]*/y;
const WORD = /[^ \t\n\r{}[\],:"]+/y;
const LITERAL = /^(-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?|true|false|null)$/;
// oxlint-disable-next-line no-control-regex -- JSON's strings may not hold them
const CONTROL = /[\u0000-\u001f]/;

type Expected = "a value" | "a value or ]" | "a key" | "a key or }" | "a colon" | "a comma or the end" | "nothing more";

export function readJson(file: string): readonly Token[] {
  const scanner = new Scanner(file);
  const open: string[] = [];
  let expected: Expected = "a value";
  for (scanner.take(BLANKS); !scanner.isAtEnd; scanner.take(BLANKS)) {
    expected = readNext(scanner, open, expected);
  }
  if (expected !== "nothing more") scanner.fail("it ends too early");
  return scanner.tokens;
}

function readNext(scanner: Scanner, open: string[], expected: Expected): Expected {
  const { char, index } = scanner;
  const wantsValue = expected.startsWith("a value");
  if (char === '"' && (wantsValue || expected.startsWith("a key"))) {
    readString(scanner);
    return wantsValue ? afterValue(open) : "a colon";
  }
  if (wantsValue && !"{}[],:".includes(char)) {
    readWord(scanner);
    return afterValue(open);
  }
  scanner.index += 1;
  scanner.add("mark", char, index);
  if (wantsValue && (char === "{" || char === "[")) {
    open.push(char);
    return char === "{" ? "a key or }" : "a value or ]";
  }
  if (closes(char, open, expected)) {
    open.pop();
    return afterValue(open);
  }
  if (char === ":" && expected === "a colon") return "a value";
  if (char === "," && expected === "a comma or the end") return open.at(-1) === "{" ? "a key" : "a value";
  return scanner.fail(`${expected} is expected here`, index);
}

function closes(char: string, open: readonly string[], expected: Expected): boolean {
  if (char === "}") return open.at(-1) === "{" && (expected === "a key or }" || expected === "a comma or the end");
  return char === "]" && open.at(-1) === "[" && (expected === "a value or ]" || expected === "a comma or the end");
}

function afterValue(open: readonly string[]): Expected {
  return open.length === 0 ? "nothing more" : "a comma or the end";
}

function readWord(scanner: Scanner): void {
  const start = scanner.index;
  const word = scanner.take(WORD);
  if (!LITERAL.test(word) && !hasMarker(word)) scanner.fail("JSON does not know this word", start);
  scanner.add("bare", word, start);
}

function readString(scanner: Scanner): void {
  const start = scanner.index;
  scanner.index = endOfString(scanner.text, start + 1);
  const literal = scanner.text.slice(start, scanner.index);
  if (scanner.index > scanner.text.length) scanner.fail("a string is never closed", start);
  if (CONTROL.test(literal)) scanner.fail("a string has a line break or a control character in it", start);
  scanner.add("text", literal.includes("\\") ? unescape(scanner, literal, start) : literal.slice(1, -1), start);
}

/** The index after the closing quote; past the end of the text where there is none. */
function endOfString(text: string, from: number): number {
  for (let index = from; index < text.length; index += 1) {
    if (text[index] === '"') return index + 1;
    if (text[index] === "\\") index += 1;
  }
  return text.length + 1;
}

function unescape(scanner: Scanner, literal: string, start: number): string {
  try {
    return JSON.parse(literal);
  } catch {
    return scanner.fail("a string has an escape that JSON does not know", start);
  }
}
