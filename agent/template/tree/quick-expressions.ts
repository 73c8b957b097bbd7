// Reads what stands between the braces of a template: names, values, calls. For quick-parser.ts. Pure.

import { Cursor, giveUp } from "../../cursor.ts";
import { preparePath } from "./handlebars-parser.ts";
import type { Expression, Literal, Location, Path } from "./template-ast.ts";

/** Sticky, by the rules of Handlebars' lexer. */
export const BLANKS = /\s*/y;
export const BLOCK_PARAMS = /as\s+\|/y;
export const CLOSE = /~\}\}|\}\}(?!\})/y;
const NAME = /\.\.|\.(?=[=~}\s/.)|])|[^\s!"#%-,./;->@[-^`{-~]+(?=[=~}\s/.)|])/y;
const WORD = /(?:true|false|undefined|null|-?[0-9]+(?:\.[0-9]+)?)(?=[~}\s)])/y;
const TEXT = /"[^"]*"|'[^']*'/y;
/** What is read as another token than a name. */
const NO_NAME = new RegExp(`${WORD.source}|${BLOCK_PARAMS.source}`, "y");

export class ExpressionParser {
  protected readonly cursor: Cursor;
  readonly #file: string;
  /** Where the last place was. */
  #counted = { index: 0, line: 1, lineStart: 0 };

  constructor(source: string, file: string) {
    this.cursor = new Cursor(source);
    this.#file = file;
  }

  /** `name value value …`, up to what closes it. */
  protected call(): { readonly head: Path | Literal; readonly params: Expression[] } {
    this.cursor.take(BLANKS);
    const head = this.head();
    const params: Expression[] = [];
    for (this.cursor.take(BLANKS); !this.#isAtClose(); this.cursor.take(BLANKS)) params.push(this.#value());
    return { head, params };
  }

  #isAtClose(): boolean {
    const char = this.cursor.char;
    return char === "}" || char === "~" || char === ")" || this.cursor.isAt(BLOCK_PARAMS);
  }

  #value(): Expression {
    if (this.cursor.char !== "(") return this.head();
    const loc = this.place();
    this.cursor.index += 1;
    const { head, params } = this.call();
    if (!this.cursor.skip(")")) giveUp();
    return { type: "SubExpression", path: head, params, loc };
  }

  protected head(): Path | Literal {
    const loc = this.place();
    const char = this.cursor.char;
    if (char === '"' || char === "'") return textNode(this.cursor.take(TEXT) || giveUp(), loc);
    const word = this.cursor.take(WORD);
    return word === "" ? this.#path(loc) : wordNode(word, loc);
  }

  #path(loc: Location): Path {
    const isData = this.cursor.skip("@");
    const parts: { part: string; original: string; separator?: string }[] = [];
    for (let separator = ""; ;) {
      const part = this.name();
      parts.push({ part, original: part, ...(separator !== "" && { separator }) });
      separator = this.cursor.char;
      // A name of a hash begins so.
      if (separator === "=") giveUp();
      if (separator !== "." && separator !== "/") break;
      if (this.cursor.isAt(NAME)) giveUp();
      this.cursor.index += 1;
    }
    return preparePath.call(at(loc), isData, parts, null);
  }

  protected name(): string {
    return this.cursor.isAt(NO_NAME) ? giveUp() : this.cursor.take(NAME) || giveUp();
  }

  protected close(): string {
    return this.cursor.take(CLOSE) || giveUp();
  }

  /** Counted on from the last one: it is asked for in the order of the text. */
  protected place(): Location {
    const { text, index } = this.cursor;
    let { line, lineStart } = this.#counted;
    for (
      let end = text.indexOf("\n", this.#counted.index);
      end !== -1 && end < index;
      end = text.indexOf("\n", lineStart)
    ) {
      line += 1;
      lineStart = end + 1;
    }
    this.#counted = { index, line, lineStart };
    return { source: this.#file, start: { line, column: index - lineStart } };
  }
}

/** What Handlebars' functions take the place of a node from. */
export function at(loc: Location): { locInfo(): Location } {
  return { locInfo: () => loc };
}

function textNode(quoted: string, loc: Location): Literal {
  const value = quoted.slice(1, -1);
  return { type: "StringLiteral", value, original: value, loc };
}

function wordNode(word: string, loc: Location): Literal {
  switch (word) {
    case "true":
    case "false":
      return { type: "BooleanLiteral", value: word === "true", original: word === "true", loc };
    case "undefined":
      return { type: "UndefinedLiteral", original: undefined, value: undefined, loc };
    case "null":
      return { type: "NullLiteral", original: null, value: null, loc };
    default:
      return { type: "NumberLiteral", value: Number(word), original: Number(word), loc };
  }
}
