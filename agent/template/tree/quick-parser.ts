// Reads what templates are made of every day (text, values, calls, blocks, comments, partials) in a fifth of the time that
// Handlebars' parser takes, whose tables are slow on cold code. Gives up on anything else, which Handlebars then reads or refuses.
// The tree is the same: Handlebars' own functions make the nodes that have rules. Pure.

import { giveUp, unlessUnusual } from "../../cursor.ts";
import {
  prepareBlock,
  prepareMustache,
  stripComment,
  stripFlags,
  type Chain,
  type Close,
  type Open,
  type RawProgram,
} from "./handlebars-parser.ts";
import { at, BLANKS, BLOCK_PARAMS, CLOSE, ExpressionParser } from "./quick-expressions.ts";
import type { Location, Statement } from "./template-ast.ts";

/** Sticky, each at the place where parsing is; by the names of the rules of Handlebars' lexer where it has one. */
const TAG = /\{\{(~?)(?:([#/>!])|(\s*else)(?=\s*~?\}\}|\s))?/y;
const UNUSUAL_TAG = /\{\{(?:\{\{|~?(?:[{&^*]|#[>*]|\s*else\b))/y;
const COMMENT = /\{\{~?!(?:(?=--)[^]*?--|(?!--)[^]*?)~?\}\}/y;

/** Line ends by which Handlebars counts otherwise; a backslash, which may keep a tag from being one; NUL, at which it ends. */
const UNUSUAL_TEXT = /[\0\r\u2028\u2029\\]/;

/** Null: Handlebars' parser has to read it. The blanks around tags are as they stand. */
export function parseQuickly(source: string, file: string): RawProgram | null {
  if (UNUSUAL_TEXT.test(source)) return null;
  try {
    return unlessUnusual(() => new QuickParser(source, file).template());
  } catch (error) {
    if (isOfHandlebars(error)) return null;
    throw error;
  }
}

/** A path that is none, or a block that another tag closes. */
function isOfHandlebars(error: unknown): boolean {
  return error instanceof Error && "lineNumber" in error;
}

class QuickParser extends ExpressionParser {
  template(): RawProgram {
    const program = this.#program();
    return this.cursor.isAtEnd ? program : giveUp();
  }

  /** Up to the end, or to a tag that ends a block or a part of it. */
  #program(): RawProgram {
    const body: Statement[] = [];
    for (let next = this.#statement(); next !== null; next = this.#statement()) body.push(next);
    return { type: "Program", body, strip: {} };
  }

  /** Null: there is none in this program. */
  #statement(): Statement | null {
    if (this.cursor.isAtEnd) return null;
    return this.cursor.text.startsWith("{{", this.cursor.index) ? this.#tag() : this.#content();
  }

  #content(): Statement {
    const loc = this.place();
    const { text, index } = this.cursor;
    const end = text.indexOf("{{", index);
    const value = text.slice(index, end === -1 ? undefined : end);
    this.cursor.index += value.length;
    return { type: "ContentStatement", original: value, value, loc };
  }

  /** Null: it is `{{/`, `{{else}}` or `{{else if …}}`, and stays for whoever reads the block. */
  #tag(): Statement | null {
    const [, , sigil, otherwise] = this.cursor.match(TAG) ?? giveUp();
    if (sigil === "/" || otherwise !== undefined) return null;
    if (this.cursor.isAt(UNUSUAL_TAG)) giveUp();
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
    const loc = this.place();
    const comment = this.cursor.take(COMMENT) || giveUp();
    return { type: "CommentStatement", value: stripComment(comment), strip: stripFlags(comment, comment), loc };
  }

  #mustache(): Statement {
    const loc = this.place();
    const open = this.cursor.take(TAG) || giveUp();
    const { head, params } = this.call();
    const strip = stripFlags(open, this.close());
    return prepareMustache.call(at(loc), head, params, undefined, open, strip, null);
  }

  #partial(): Statement {
    const loc = this.place();
    const open = this.cursor.take(TAG) || giveUp();
    const { head, params } = this.call();
    const strip = stripFlags(open, this.close());
    return { type: "PartialStatement", name: head, params, indent: "", strip, loc };
  }

  #block(): Statement {
    const loc = this.place();
    const open = this.#open(this.cursor.take(TAG) || giveUp());
    const program = this.#program();
    const chain = this.#chain();
    const close = this.#endOfBlock();
    return prepareBlock.call(at(loc), open, program, chain, close, false, null);
  }

  /** @param open the tag up to its name */
  #open(open: string): Open {
    const { head, params } = this.call();
    const blockParams = this.cursor.take(BLOCK_PARAMS) === "" ? undefined : this.#blockParams();
    return { open, path: head, params, hash: undefined, blockParams, strip: stripFlags(open, this.close()) };
  }

  #blockParams(): string[] {
    const names: string[] = [];
    for (this.cursor.take(BLANKS); !this.cursor.skip("|"); this.cursor.take(BLANKS)) names.push(this.name());
    this.cursor.take(BLANKS);
    return names.length === 0 ? giveUp() : names;
  }

  /** `{{else}}`, or `{{else if …}}` with what follows on that; undefined where the block has none. */
  #chain(): Chain | undefined {
    const [, , , otherwise] = this.cursor.match(TAG) ?? giveUp();
    if (otherwise === undefined) return undefined;
    const loc = this.place();
    const open = this.cursor.take(TAG) || giveUp();
    this.cursor.take(BLANKS);
    const close = this.cursor.take(CLOSE);
    return close === "" ? this.#elseIf(loc, open) : { strip: stripFlags(open, close), program: this.#program() };
  }

  #elseIf(loc: Location, tag: string): Chain {
    const open = this.#open(tag);
    const program = this.#program();
    const chain = this.#chain();
    const block = prepareBlock.call(at(loc), open, program, chain, chain, false, null);
    return { strip: open.strip, program: { type: "Program", body: [block], strip: {}, chained: true }, chain: true };
  }

  #endOfBlock(): Close {
    const [, , sigil] = this.cursor.match(TAG) ?? giveUp();
    if (sigil !== "/") giveUp();
    const open = this.cursor.take(TAG) || giveUp();
    this.cursor.take(BLANKS);
    const path = this.head();
    this.cursor.take(BLANKS);
    return { path, strip: stripFlags(open, this.close()) };
  }
}
