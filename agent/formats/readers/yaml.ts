// Reads YAML with the package that reads the config, and without its types: whether `no` is a word is for the reader to say.

import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  Lexer,
  parseAllDocuments,
  Scalar,
  type YAMLMap,
} from "yaml";
import { Malformed, MAX_DEPTH, type Token } from "./scanner.ts";

// refuseTwice finds keys that stand twice: the package would compare each with each.
const OPTIONS = { schema: "failsafe", uniqueKeys: false, prettyErrors: false, logLevel: "silent" } as const;

/** The package's own codes; its messages quote the text. */
const REASONS: Readonly<Record<string, string>> = {
  BAD_INDENT: "the indentation is wrong here",
  BLOCK_AS_IMPLICIT_KEY: "a map begins on the line of its own key",
  MISSING_CHAR: "a quote, a bracket or a comma is missing here",
  TAB_AS_INDENT: "a tab is used to indent",
  BAD_DQ_ESCAPE: "a string has an escape that YAML does not know",
  MULTILINE_IMPLICIT_KEY: "a key goes over more than one line",
};

export function readYaml(file: string): readonly Token[] {
  const tokens: Token[] = [];
  for (const document of parseDocuments(file)) {
    const error = document.errors[0];
    if (error) throw new Malformed(REASONS[error.code] ?? "it cannot be understood here", error.pos[0]);
    mark(tokens, "---", document.range?.[0] ?? 0);
    walk(document.contents, { tokens, anchors: new Set() }, 0);
  }
  return tokens;
}

/** What the lexer says of the text, and is no part of it. */
const CONTROL = ["\u0002", "\u0018", "\u001f"];

/** The lexer counts the brackets: the parser is slow before it runs out of stack. Files with few brackets need no count. */
function refuseDepth(file: string): void {
  if (file.split(/[[{]/, MAX_DEPTH + 2).length <= MAX_DEPTH + 1) return;
  let [depth, offset] = [0, 0];
  for (const lexeme of new Lexer().lex(file)) {
    // Text in quotes has its quotes, and no other text is one bracket.
    if (lexeme === "[" || lexeme === "{") depth += 1;
    else if (lexeme === "]" || lexeme === "}") depth -= 1;
    if (depth > 2 * MAX_DEPTH) throw new Malformed("it is nested too deep", offset);
    if (!CONTROL.includes(lexeme)) offset += lexeme.length;
  }
}

function parseDocuments(file: string): readonly Document.Parsed[] {
  refuseDepth(file);
  try {
    const documents = parseAllDocuments(file, OPTIONS);
    return "empty" in documents ? [] : documents;
  } catch (error) {
    // It recurses where the text nests, and has no limit of its own.
    if (error instanceof RangeError) throw new Malformed("it is nested too deep", 0);
    throw error;
  }
}

interface Found {
  readonly tokens: Token[];
  /** Those of the document so far: an alias stands for what is before it. */
  readonly anchors: Set<string>;
}

function walk(node: unknown, found: Found, depth: number): void {
  const { tokens, anchors } = found;
  if ((isScalar(node) || isCollection(node)) && node.anchor !== undefined) anchors.add(node.anchor);
  if (isPair(node)) {
    walk(node.key, found, depth);
    walk(node.value, found, depth);
  } else if (isMap(node) || isSeq(node)) {
    const [start, , end] = node.range ?? [0, 0, 0];
    if (depth > MAX_DEPTH) throw new Malformed("it is nested too deep", start);
    if (isMap(node)) refuseTwice(node);
    mark(tokens, `${isMap(node) ? "{" : "["}${node.tag ?? ""}${node.anchor ?? ""}`, start);
    for (const item of node.items) walk(item, found, depth + 1);
    mark(tokens, isMap(node) ? "}" : "]", end);
  } else if (isAlias(node)) {
    const start = node.range?.[0] ?? 0;
    if (!anchors.has(node.source)) throw new Malformed("this alias has no anchor before it", start);
    mark(tokens, `*${node.source}`, start);
  } else if (isScalar(node)) addScalar(node, tokens);
  else tokens.push({ kind: "bare", text: "", start: 0 });
}

function refuseTwice({ items }: YAMLMap): void {
  const seen = new Set<string>();
  for (const { key } of items) {
    if (!isScalar(key)) continue;
    const name = String(key.value);
    if (seen.has(name)) throw new Malformed("this key stands in its map twice", key.range?.[0] ?? 0);
    seen.add(name);
  }
}

function addScalar(node: Scalar, tokens: Token[]): void {
  const start = node.range?.[0] ?? 0;
  if (node.tag !== undefined || node.anchor !== undefined) mark(tokens, `!${node.tag}&${node.anchor}`, start);
  tokens.push({ kind: node.type === Scalar.PLAIN ? "bare" : "text", text: node.source ?? "", start });
}

function mark(tokens: Token[], text: string, start: number): void {
  tokens.push({ kind: "mark", text, start });
}
