// Reads what templates are made of every day (text, values, calls, blocks, comments, partials) in a fifth of the time that
// Handlebars' parser takes, whose tables are slow on cold code. Gives up on anything else, which Handlebars then reads or refuses.
// The tree is the same: Handlebars' own functions make the nodes that have rules. Pure.

import {
  preparePath,
  prepareBlock,
  prepareMustache,
  stripComment,
  stripFlags,
  type Chain,
  type Close,
  type Open,
  type RawProgram,
} from "./handlebars-parser.ts";
import type { Expression, Literal, Location, Path, Statement } from "./template-ast.ts";

/** Sticky, each at the place where parsing is; by the names of the rules of Handlebars' lexer where it has one. */
const TAG = /\{\{(~?)(?:([#/>!])|(\s*else)(?=\s*~?\}\}|\s))?/y;
const UNUSUAL_TAG = /\{\{(?:\{\{|~?(?:[{&^*]|#[>*]|\s*else\b))/y;
const COMMENT = /\{\{~?!(?:(?=--)[^]*?--|(?!--)[^]*?)~?\}\}/y;
const CLOSE = /~\}\}|\}\}(?!\})/y;
const BLANKS = /\s*/y;
const NAME = /\.\.|\.(?=[=~}\s/.)|])|[^\s!"#%-,./;->@[-^`{-~]+(?=[=~}\s/.)|])/y;
const WORD = /(?:true|false|undefined|null|-?[0-9]+(?:\.[0-9]+)?)(?=[~}\s)])/y;
const TEXT = /"(?:\\"|[^"])*"|'(?:\\'|[^'])*'/y;
const BLOCK_PARAMS = /as\s+\|/y;
/** What is read as another token than a name. */
const NO_NAME = new RegExp(`${WORD.source}|${BLOCK_PARAMS.source}`, "y");

/** Line ends by which Handlebars counts otherwise; a backslash, which may keep a tag from being one. */
const UNUSUAL_TEXT = /[\r\u2028\u2029\\]/;

/** Null: Handlebars' parser has to read it. The blanks around tags are as they stand. */
export function parseQuickly(source: string, file: string): RawProgram | null {
  if (UNUSUAL_TEXT.test(source)) return null;
  try {
    return new QuickParser(source, file).template();
  } catch (error) {
    if (error instanceof Unusual || isOfHandlebars(error)) return null;
    throw error;
  }
}

class Unusual extends Error {}

/** A path that is none, or a block that another tag closes. */
function isOfHandlebars(error: unknown): boolean {
  return error instanceof Error && "lineNumber" in error;
}

type Around = "template" | "block";

class QuickParser {
  readonly #source: string;
  readonly #file: string;
  #index = 0;
  /** Of what the place of `#index` is counted from. */
  #counted = { index: 0, line: 1, lineStart: 0 };

  constructor(source: string, file: string) {
    this.#source = source;
    this.#file = file;
  }

  template(): RawProgram {
    const program = this.#program("template");
    return this.#index === this.#source.length ? program : giveUp();
  }

  /** Up to the end, or to a tag that ends a block or a part of it. */
  #program(around: Around): RawProgram {
    const body: Statement[] = [];
    for (;;) {
      this.#content(body);
      if (this.#index === this.#source.length) {
        if (around === "block") giveUp();
        break;
      }
      const statement = this.#tag();
      if (statement === null) break;
      body.push(statement);
    }
    return { type: "Program", body, strip: {} };
  }

  #content(body: Statement[]): void {
    const end = this.#source.indexOf("{{", this.#index);
    const value = this.#source.slice(this.#index, end === -1 ? undefined : end);
    if (value === "") return;
    body.push({ type: "ContentStatement", original: value, value, loc: this.#place() });
    this.#index += value.length;
  }

  /** Null: it is `{{/`, `{{else}}` or `{{else if …}}`, and stays for whoever reads the block. */
  #tag(): Statement | null {
    const [, , sigil, otherwise] = this.#look(TAG) ?? giveUp();
    if (sigil === "/" || otherwise !== undefined) return null;
    if (this.#look(UNUSUAL_TAG)) giveUp();
    switch (sigil) {
      case "#":
        return this.#block();
      case ">":
        return this.#partial();
      case "!":
        return this.#comment();
      case undefined:
      default:
        return this.#mustache();
    }
  }

  #comment(): Statement {
    const loc = this.#place();
    const comment = this.#take(COMMENT) ?? giveUp();
    return { type: "CommentStatement", value: stripComment(comment), strip: stripFlags(comment, comment), loc };
  }

  #mustache(): Statement {
    const loc = this.#place();
    const open = this.#take(TAG) ?? giveUp();
    const { head, params } = this.#call();
    const strip = stripFlags(open, this.#close());
    return prepareMustache.call(at(loc), head, params, undefined, open, strip, null);
  }

  #partial(): Statement {
    const loc = this.#place();
    const open = this.#take(TAG) ?? giveUp();
    const { head, params } = this.#call();
    const strip = stripFlags(open, this.#close());
    return { type: "PartialStatement", name: head, params, indent: "", strip, loc };
  }

  #block(): Statement {
    const loc = this.#place();
    const open = this.#open();
    const program = this.#program("block");
    const chain = this.#chain();
    const close = this.#endOfBlock();
    return prepareBlock.call(at(loc), open, program, chain, close, false, null);
  }

  #open(): Open {
    const open = this.#take(TAG) ?? giveUp();
    const { head, params } = this.#call();
    const blockParams = this.#take(BLOCK_PARAMS) === null ? undefined : this.#blockParams();
    return { open, path: head, params, hash: undefined, blockParams, strip: stripFlags(open, this.#close()) };
  }

  #blockParams(): string[] {
    const names: string[] = [];
    for (this.#take(BLANKS); !this.#skip("|"); this.#take(BLANKS)) names.push(this.#name());
    this.#take(BLANKS);
    return names.length === 0 ? giveUp() : names;
  }

  /** `{{else}}`, or `{{else if …}}` with what follows on that; undefined where the block has none. */
  #chain(): Chain | undefined {
    const [, , , otherwise] = this.#look(TAG) ?? giveUp();
    if (otherwise === undefined) return undefined;
    const loc = this.#place();
    const open = this.#take(TAG) ?? giveUp();
    this.#take(BLANKS);
    const end = this.#take(CLOSE);
    if (end !== null) {
      const flags = stripFlags(open, end);
      return { strip: flags, program: this.#program("block") };
    }
    return this.#elseIf(loc, open);
  }

  #elseIf(loc: Location, open: string): Chain {
    const { head, params } = this.#call();
    const blockParams = this.#take(BLOCK_PARAMS) === null ? undefined : this.#blockParams();
    const strip = stripFlags(open, this.#close());
    const program = this.#program("block");
    const chain = this.#chain();
    const opened = { open: "", path: head, params, hash: undefined, blockParams, strip };
    const block = prepareBlock.call(at(loc), opened, program, chain, chain, false, null);
    return { strip, program: { type: "Program", body: [block], strip: {}, chained: true }, chain: true };
  }

  #endOfBlock(): Close {
    const [, , sigil] = this.#look(TAG) ?? giveUp();
    if (sigil !== "/") giveUp();
    const open = this.#take(TAG) ?? giveUp();
    this.#take(BLANKS);
    const path = this.#head();
    this.#take(BLANKS);
    return { path, strip: stripFlags(open, this.#close()) };
  }

  /** `name value value …`, up to what closes it. */
  #call(): { readonly head: Path | Literal; readonly params: Expression[] } {
    this.#take(BLANKS);
    const head = this.#head();
    const params: Expression[] = [];
    for (this.#take(BLANKS); !this.#isAtClose(); this.#take(BLANKS)) params.push(this.#value());
    return { head, params };
  }

  #isAtClose(): boolean {
    const char = this.#char();
    return char === "}" || char === "~" || char === ")" || this.#look(BLOCK_PARAMS) !== null;
  }

  #value(): Expression {
    if (this.#char() !== "(") return this.#head();
    const loc = this.#place();
    this.#index += 1;
    const { head, params } = this.#call();
    if (!this.#skip(")")) giveUp();
    return { type: "SubExpression", path: head, params, loc };
  }

  #head(): Path | Literal {
    const loc = this.#place();
    const char = this.#char();
    if (char === '"' || char === "'") return text(this.#take(TEXT) ?? giveUp(), loc);
    const word = this.#take(WORD);
    return word === null ? this.#path(loc) : literal(word, loc);
  }

  #path(loc: Location): Path {
    const isData = this.#skip("@");
    const parts: { part: string; original: string; separator?: string }[] = [];
    for (let separator = ""; ;) {
      const part = this.#name();
      parts.push({ part, original: part, ...(separator !== "" && { separator }) });
      separator = this.#char();
      // A name of a hash begins so.
      if (separator === "=") giveUp();
      if (separator !== "." && separator !== "/") break;
      if (this.#look(NAME) !== null) giveUp();
      this.#index += 1;
    }
    return preparePath.call(at(loc), isData, parts, null);
  }

  #name(): string {
    return this.#look(NO_NAME) === null ? (this.#take(NAME) ?? giveUp()) : giveUp();
  }

  #close(): string {
    return this.#take(CLOSE) ?? giveUp();
  }

  #char(): string {
    return this.#source.charAt(this.#index);
  }

  #skip(expected: string): boolean {
    const isThere = this.#source.startsWith(expected, this.#index);
    if (isThere) this.#index += expected.length;
    return isThere;
  }

  #look(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#index;
    return pattern.exec(this.#source);
  }

  #take(pattern: RegExp): string | null {
    const found = this.#look(pattern)?.[0] ?? null;
    this.#index += found?.length ?? 0;
    return found;
  }

  /** Only ever asked for further on. */
  #place(): Location {
    let { index, line, lineStart } = this.#counted;
    for (let end = this.#source.indexOf("\n", index); end !== -1 && end < this.#index;) {
      line += 1;
      lineStart = end + 1;
      end = this.#source.indexOf("\n", lineStart);
    }
    index = this.#index;
    this.#counted = { index, line, lineStart };
    return { source: this.#file, start: { line, column: index - lineStart } };
  }
}

function giveUp(): never {
  throw new Unusual();
}

/** What Handlebars' functions take the place of a node from. */
function at(loc: Location): { locInfo(): Location } {
  return { locInfo: () => loc };
}

function text(quoted: string, loc: Location): Literal {
  const value = quoted.slice(1, -1);
  return { type: "StringLiteral", value, original: value, loc };
}

function literal(word: string, loc: Location): Literal {
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
