// Template text to Handlebars' syntax tree, or the one problem that kept it from being read.

import type { Problem } from "../../refusal.ts";
import { parse, WhitespaceControl } from "./handlebars-parser.ts";
import { parseQuickly } from "./quick-parser.ts";
import { findRawBlock, RAW_BLOCK } from "./raw-block.ts";
import type { Program } from "./template-ast.ts";

type ParsedTemplate =
  | { readonly kind: "parsed"; readonly program: Program }
  | { readonly kind: "broken"; readonly problem: Problem };

/** Far above any config file, far below what would exhaust the parser or the stack. */
const MAX_SOURCE_LENGTH = 2 ** 20;
export const MAX_NESTING = 200;
/** Handlebars takes the square of their number in time: seconds for so many, minutes for as many as fit into MAX_SOURCE_LENGTH. */
const MAX_TAGS = 10_000;
const MARKERS = /[\uE000\uE001]/;

/** @param keepsLineEnds whether CRLF is to stay CRLF, which an editor may have made of LF */
export function parseTemplate(text: string, file: string, keepsLineEnds = false): ParsedTemplate {
  const source = keepsLineEnds ? text : text.replaceAll("\r\n", "\n");
  const broken = (what: string, fix: string, at?: { line: number; column?: number }): ParsedTemplate => ({
    kind: "broken",
    problem: { what, fix, at: { file, ...at } },
  });
  if (source.length > MAX_SOURCE_LENGTH) {
    return broken("the template is longer than 1 MiB", "Split it, or copy what never varies into the image.");
  }
  const marker = MARKERS.exec(source);
  if (marker) {
    return broken(
      "the characters U+E000 and U+E001 are for parbake's own use",
      "Take them out.",
      positionOf(source, marker.index),
    );
  }
  const nul = source.indexOf("\0");
  if (nul !== -1) {
    const fix = "Take it out; a file that is not text is copied into the image, not rendered.";
    return broken("a NUL character stands here, which no text file has", fix, positionOf(source, nul));
  }
  if (isTooDeep(source)) {
    return broken(`blocks or parentheses are nested more than ${MAX_NESTING} deep`, "Make the template flatter.");
  }
  if (countOf("{{", source) >= MAX_TAGS) {
    return broken(`the template has more than ${MAX_TAGS} tags`, "Write a loop, or print a list with join or json.");
  }
  try {
    const quick = parseQuickly(source, file);
    const program = quick === null ? parse(source, { srcName: file }) : new WhitespaceControl().accept(quick);
    return { kind: "parsed", program };
  } catch (error) {
    const { what, fix, at } = explain(error, source, readBlocks(source).open);
    return broken(what, fix, at);
  }
}

interface Explained {
  readonly what: string;
  readonly fix: string;
  readonly at: { readonly line: number; readonly column?: number };
}

/** Handlebars' parser speaks of tokens; people think in braces. Its messages quote the template only, never a value. */
function explain(error: unknown, source: string, open: OpenBlock | null): Explained {
  const message = error instanceof Error ? error.message : "";
  const { lineNumber, column } = placeOf(error);
  const rawBlock = findRawBlock(source);
  if (rawBlock !== null) return { ...RAW_BLOCK, at: positionOf(source, rawBlock) };
  const mismatch = /^(\S+) doesn't match (\S+) - /.exec(message);
  if (mismatch) {
    const at = { line: lineNumber ?? 1, column: (column ?? 0) + 1 };
    return {
      what: `{{#${mismatch[1]}}} is closed by {{/${mismatch[2]}}}`,
      fix: `Close it with {{/${mismatch[1]}}}.`,
      at,
    };
  }
  const got = /got '(\w+)'/.exec(message)?.[1] ?? "";
  if (got === "EOF" && open) {
    return {
      what: `{{#${open.name}}} is never closed`,
      fix: `Add {{/${open.name}}}.`,
      at: positionOf(source, open.index),
    };
  }
  const line = lineNumber ?? Number(/on line (\d+)/.exec(message)?.[1] ?? 1);
  const halfClosed = got === "INVALID" ? findHalfClosed(source, line) : null;
  if (halfClosed !== null)
    return { what: "a {{ is closed by one } alone", fix: "Write }}.", at: positionOf(source, halfClosed) };
  const unclosed = got === "EOF" ? source.lastIndexOf("{{") : -1;
  const at = unclosed !== -1 && !source.includes("}}", unclosed) ? positionOf(source, unclosed) : { line };
  return { ...explainToken(got), at };
}

/** The last {{ up to the line that one } alone seems to close. Null: there is none. */
function findHalfClosed(source: string, line: number): number | null {
  const read = source.split("\n").slice(0, line).join("\n");
  return [...read.matchAll(HALF_CLOSED)].at(-1)?.index ?? null;
}

/** @param got the token that the parser did not expect; empty: it names none */
function explainToken(got: string): Omit<Explained, "at"> {
  switch (got) {
    case "EOF":
      return { what: "a {{ is never closed", fix: "Add }}." };
    case "OPEN_ENDBLOCK":
    case "INVERSE":
      return { what: "a {{/…}} or {{else}} belongs to no block", fix: "Open the block or take it out." };
    // It closes `as |item|`, and is read as that wherever it stands.
    case "CLOSE_BLOCK_PARAMS":
      return {
        what: "Handlebars has no pipes, and a | stands between {{ and }}",
        fix: 'Write the helper before its value, as in {{default vars.port "8080"}}.',
      };
    default:
      return {
        what: `the template cannot be read${got ? ` at ${TOKENS[got] ?? got}` : ""}`,
        fix: "Correct what stands between {{ and }}.",
      };
  }
}

/** Some of Handlebars' errors carry their place: the line from 1, the column from 0. */
function placeOf(error: unknown): { readonly lineNumber?: number; readonly column?: number } {
  if (!(error instanceof Error) || !("lineNumber" in error) || !("column" in error)) return {};
  const { lineNumber, column } = error;
  return typeof lineNumber === "number" && typeof column === "number" ? { lineNumber, column } : {};
}

const TOKENS: Readonly<Record<string, string>> = {
  INVALID: "a character that has no meaning inside {{ }}",
  CLOSE: "a }} that comes too early",
  CLOSE_UNESCAPED: "a }}} that closes no {{{ (put a blank before the third brace)",
  SEP: "a dot or slash",
  EQUALS: "an =",
};

/** Whatever it is called; one backslash before it, and no more, makes text of it. */
const BLOCK_TAG = /(?<!(?<!\\)\\)\{\{~?\s*([#^/]|else\s)\s*([^\s}~]*)/g;

/** The inside of a tag: a brace in quotes or in [ ] does not end it. */
const TAG = /\{\{(?:"(?:\\"|[^"])*"|'(?:\\'|[^'])*'|\[[^\]]*\]|[^}"'[])*/g;

const HALF_CLOSED = /\{\{(?!!)[^{}"'[]*\}(?!\})/g;

/** Most templates have fewer tags and parentheses than may nest. */
function isTooDeep(source: string): boolean {
  return (
    (countOf("{{", source) > MAX_NESTING && readBlocks(source).deepest > MAX_NESTING) ||
    (countOf("(", source) > MAX_NESTING && deepestParentheses(source) > MAX_NESTING)
  );
}

function countOf(part: string, source: string): number {
  return source.split(part).length - 1;
}

interface OpenBlock {
  readonly name: string;
  readonly index: number;
}

/** The innermost block left open, and how deep they go: counted before the parser, which recurses. */
function readBlocks(source: string): { open: OpenBlock | null; deepest: number } {
  const stack: (OpenBlock & { depth: number })[] = [];
  let deepest = 0;
  for (const { index, 1: sign, 2: name } of source.matchAll(BLOCK_TAG)) {
    const top = stack.at(-1);
    if (sign === "/") stack.pop();
    else if (!name) continue; // {{^}} and {{else}} are of the block around
    else if (sign === "#" || sign === "^") stack.push({ name, index, depth: (top?.depth ?? 0) + 1 });
    // Every `else if` is a block inside the one before it.
    else if (top) top.depth += 1;
    deepest = Math.max(deepest, stack.at(-1)?.depth ?? 0);
  }
  return { open: stack.at(-1) ?? null, deepest };
}

function deepestParentheses(source: string): number {
  let deepest = 0;
  for (const [mustache] of source.matchAll(TAG)) {
    let depth = 0;
    for (const char of mustache) {
      if (char === "(") depth += 1;
      else if (char === ")") depth -= 1;
      deepest = Math.max(deepest, depth);
    }
  }
  return deepest;
}

/** Line and column, both from 1. */
export function positionOf(source: string, index: number): { line: number; column: number } {
  const before = source.slice(0, index);
  return { line: before.split("\n").length, column: index - before.lastIndexOf("\n") };
}
