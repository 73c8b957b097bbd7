// YAML text → the parser's tokens, and what must be known of them before they become a tree: how deep they nest, and which
// quotes and brackets are never closed. Recurses nowhere, since the text decides how deep. Pure.

import { type CST, Lexer, Parser } from "yaml";

interface YamlTokens {
  readonly tokens: readonly CST.Token[];
  /** Where the first value stands that is nested deeper than `MOST_NESTED`; null: none is. */
  readonly tooDeepAt: number | null;
  /** There are more than `MOST_VALUES`, whatever they are. */
  readonly isTooMany: boolean;
  /** Where quotes and brackets open that never close, in the order of the text. */
  readonly unclosed: readonly number[];
}

/** Far deeper than any config, far from the end of the stack. */
export const MOST_NESTED = 100;

/** No config has so many; aliases that stand for one another make billions of a few lines. */
export const MOST_VALUES = 50_000;

/** Keys too: where there are more, there are too many values, and the rest is not read. */
export const MOST_SCALARS = 2 * MOST_VALUES;

/** Of characters: neither a file nor all of a config's together have more. */
export const MOST_LENGTH = 2 ** 20;

export function readYamlTokens(text: string): YamlTokens {
  const { tokens, isTooMany } = read(text);
  const unclosed: number[] = [];
  let tooDeepAt: number | null = null;
  const pending = tokens.map((token) => ({ token, depth: 0 })).toReversed();
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { token, depth } = next;
    if (isUnclosed(token)) unclosed.push(token.offset);
    if (depth > MOST_NESTED) tooDeepAt ??= token.offset;
    for (const child of childrenOf(token).toReversed()) pending.push({ token: child, depth: depth + 1 });
  }
  return { tokens, tooDeepAt, isTooMany, unclosed };
}

/** What the lexer yields before the text of a scalar. */
const SCALAR = "\u001f";

/** The rest of a text that is too much already is not read: the parser would take seconds for a megabyte of brackets. */
function read(text: string): { readonly tokens: readonly CST.Token[]; readonly isTooMany: boolean } {
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  let [scalars, brackets, dashes] = [0, 0, 0];
  let before = "";
  for (const lexeme of new Lexer().lex(text)) {
    if (lexeme === SCALAR) scalars += 1;
    else if (before !== SCALAR && (lexeme === "[" || lexeme === "{")) brackets += 1;
    else if (before !== SCALAR && (lexeme === "]" || lexeme === "}")) brackets -= 1;
    dashes = lexeme === "-" || lexeme === "?" ? dashes + 1 : lexeme.trim() === "" && lexeme !== "\n" ? dashes : 0;
    before = lexeme;
    tokens.push(...parser.next(lexeme));
    if (scalars > MOST_SCALARS || brackets > 2 * MOST_NESTED || dashes > 2 * MOST_NESTED) break;
  }
  tokens.push(...parser.end());
  return { tokens, isTooMany: scalars > MOST_SCALARS };
}

function childrenOf(token: CST.Token): CST.Token[] {
  if (token.type === "document") return token.value ? [token.value] : [];
  if (!("items" in token)) return [];
  return token.items.flatMap(({ key, value }) => [key, value].filter((child) => child !== undefined && child !== null));
}

const CLOSER: Readonly<Record<string, string>> = { "[": "]", "{": "}" };

function isUnclosed(token: CST.Token): boolean {
  if (token.type === "double-quoted-scalar") return token.source.length < 2 || !endsInQuote(token.source);
  if (token.type === "single-quoted-scalar") return token.source.length < 2 || !token.source.endsWith("'");
  if (token.type !== "flow-collection") return false;
  return !token.end.some(({ source }) => source === CLOSER[token.start.source]);
}

/** An odd number of backslashes before it makes the last quote a part of the text. */
function endsInQuote(source: string): boolean {
  let backslashes = 0;
  while (source[source.length - 2 - backslashes] === "\\") backslashes += 1;
  return source.endsWith('"') && backslashes % 2 === 0;
}
