// Cuts an expression of `custom` into numbers, texts, names and symbols, each with its column.

import { shown } from "../../shown.ts";
import { ExpressionError } from "./expression-error.ts";

export interface Token {
  readonly kind: "number" | "text" | "name" | "symbol" | "end";
  readonly text: string;
  readonly column: number;
}

export interface Tokens {
  readonly tokens: readonly Token[];
  /** Stands after the last token. */
  readonly end: Token;
}

// A number keeps its unit: `512MiB`, `1.5 GiB`, `25%`. `%` right after a number is per cent; with a space before it, the
// remainder. A text keeps its quotes.
const TOKEN =
  /\s*(?:(\d+(?:\.\d+)?(?:%|[a-zA-Z]\w*| [KMGT]iB(?!\w))?)|('[^']*'|"[^"]*")|([a-zA-Z_]\w*)|(<=|>=|==|!=|[-+*/%<>(),]))/y;

const KINDS = ["number", "text", "name", "symbol"] as const;

/** @throws ExpressionError */
export function tokenize(source: string): Tokens {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  const end = source.trimEnd().length;
  let at = 0;
  while (at < end) {
    const [whole, ...groups] = TOKEN.exec(source) ?? [];
    const group = groups.findIndex((found) => found !== undefined);
    const [kind, text] = [KINDS[group], groups[group]];
    if (whole === undefined || kind === undefined || text === undefined) throw unknownCharacter(source, at);
    at += whole.length;
    tokens.push({ kind, text, column: at - text.length + 1 });
  }
  return { tokens, end: { kind: "end", text: "the end", column: end + 1 } };
}

function unknownCharacter(source: string, from: number): ExpressionError {
  const at = from + source.slice(from).search(/\S/);
  const [character = ""] = source.slice(at);
  if (character === "'" || character === '"')
    return new ExpressionError("a text that does not end", at + 1, `Close it with ${character}.`);
  return new ExpressionError(
    `'${shown(character)}' means nothing here`,
    at + 1,
    "Use numbers with KiB, MiB, GiB or %, names, texts in quotes, + - * / % < <= > >= == != and parentheses.",
  );
}
