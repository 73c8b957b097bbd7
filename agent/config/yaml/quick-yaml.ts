// Reads what configs are made of every day (mappings, lists, words, quoted text, one line each, in blocks or in brackets) in a fraction of
// the time that the parser takes, which is slow on cold code. Gives up on anything else, and on whatever may be wrong: the parser
// reads or refuses it. The tree is the same, of the parser's own nodes. Pure.

import { type Node, Pair, Scalar, YAMLMap, YAMLSeq } from "yaml";
import { Cursor, giveUp, unlessUnusual } from "../../cursor.ts";
import { MOST_SCALARS } from "./yaml-tokens.ts";

/** Printable ASCII alone. */
const USUAL = /^[\n -~]*$/;
const MOST_DEPTH = 30;

/** Sticky, each at the place where reading is. */
const KEY = /[A-Za-z_][\w./-]*(?=:(?: |$))/my;
const COLON = /: */y;
const DASH = /- +(?=[^ #])/y;
/** Without an escape, on one line. */
const DOUBLE = /"[^"\\\n]*"/y;
const SINGLE = /'[^'\n]*'(?!')/y;
/** Beside letters and digits only what means nothing within a word; a colon or a blank only before more of it. */
const PLAIN = /-{0,2}[\w/.](?:[\w./+%=@$*&!?<>^|;~-]|:(?=[\w/.])| +(?=[\w./+%=@$*&!?<>^|;~-]))*/y;
const FLOW_SPACE = / */y;
/** What may stand behind a value. */
const LINE_END = / *(?: #[^\n]*)?(?:\n|$)/y;
const EMPTY_LINES = /(?: *(?:#[^\n]*)?\n)+/y;
const INDENT = / */y;

type Plain = string | number | boolean | null;

/** Null: the parser has to read it. */
export function readQuickly(text: string): Node | null {
  if (!USUAL.test(text)) return null;
  return unlessUnusual(() => new QuickYaml(text.endsWith("\n") ? text : `${text}\n`).document());
}

class QuickYaml {
  readonly #cursor: Cursor;
  /** Of the line that is read, up to its first key, dash or value. */
  #column = 0;
  #depth = 0;
  #scalars = 0;

  constructor(text: string) {
    this.#cursor = new Cursor(text);
  }

  document(): Node {
    this.#nextLine();
    const node = this.#block(0);
    return this.#cursor.isAtEnd ? node : giveUp();
  }

  /** To the first character of the next line that says something. */
  #nextLine(): void {
    this.#cursor.take(EMPTY_LINES);
    this.#column = this.#cursor.take(INDENT).length;
  }

  /** What is indented by `column`. */
  #block(column: number): Node {
    if (this.#column !== column || ++this.#depth > MOST_DEPTH) giveUp();
    const node = this.#cursor.isAt(DASH) ? this.#sequence(column) : this.#mapping(column);
    this.#depth -= 1;
    return node;
  }

  #mapping(column: number): Node {
    const map = new YAMLMap<Scalar, Node>();
    map.range = this.#range();
    while (!this.#cursor.isAtEnd && this.#column === column && !this.#cursor.isAt(DASH)) {
      const key = this.#scalar(KEY, "PLAIN", resolve);
      this.#cursor.take(COLON);
      map.items.push(new Pair(key, this.#valueOfKey(column)));
    }
    return map.items.length === 0 ? giveUp() : map;
  }

  /** On the same line, or in a block of its own; nothing at all is for the parser. */
  #valueOfKey(column: number): Node {
    if (this.#cursor.take(LINE_END) === "") return this.#valueOnLine(column);
    this.#nextLine();
    if (this.#cursor.isAtEnd) giveUp();
    const isList = this.#column === column && this.#cursor.isAt(DASH);
    return this.#column > column || isList ? this.#block(this.#column) : giveUp();
  }

  #sequence(column: number): Node {
    const list = new YAMLSeq<Node>();
    list.range = this.#range();
    while (!this.#cursor.isAtEnd && this.#column === column && this.#cursor.isAt(DASH)) {
      list.items.push(this.#item(column, this.#cursor.take(DASH).length));
    }
    return list;
  }

  /** A mapping that begins behind the dash is indented by it. */
  #item(column: number, dashLength: number): Node {
    if (!this.#cursor.isAt(KEY)) return this.#valueOnLine(column);
    this.#column = column + dashLength;
    return this.#block(this.#column);
  }

  /** A value that goes on on the next line is for the parser. @param column of what it belongs to */
  #valueOnLine(column: number): Node {
    const value = this.#flow();
    if (this.#cursor.take(LINE_END) === "") giveUp();
    this.#nextLine();
    return !this.#cursor.isAtEnd && this.#column > column ? giveUp() : value;
  }

  #flow(): Node {
    switch (this.#cursor.char) {
      case "{":
        return this.#flowMapping();
      case "[":
        return this.#flowSequence();
      case '"':
        return this.#scalar(DOUBLE, "QUOTE_DOUBLE", unquote);
      case "'":
        return this.#scalar(SINGLE, "QUOTE_SINGLE", unquote);
      default:
        return this.#scalar(PLAIN, "PLAIN", resolve);
    }
  }

  #flowMapping(): Node {
    const map = new YAMLMap<Scalar, Node>();
    map.range = this.#range();
    this.#members("}", () => {
      const key = this.#scalar(KEY, "PLAIN", resolve);
      if (this.#cursor.take(COLON).length < 2) giveUp();
      map.items.push(new Pair(key, this.#flow()));
    });
    return map;
  }

  #flowSequence(): Node {
    const list = new YAMLSeq<Node>();
    list.range = this.#range();
    this.#members("]", () => list.items.push(this.#flow()));
    return list;
  }

  #members(closer: "}" | "]", read: () => void): void {
    if (++this.#depth > MOST_DEPTH) giveUp();
    this.#cursor.index += 1;
    this.#cursor.take(FLOW_SPACE);
    while (!this.#cursor.skip(closer)) {
      read();
      this.#cursor.take(FLOW_SPACE);
      if (this.#cursor.skip(",")) this.#cursor.take(FLOW_SPACE);
      else if (this.#cursor.char !== closer) giveUp();
    }
    this.#depth -= 1;
  }

  #scalar(pattern: RegExp, type: "PLAIN" | "QUOTE_DOUBLE" | "QUOTE_SINGLE", read: (text: string) => Plain): Scalar {
    if (++this.#scalars > MOST_SCALARS) giveUp();
    const range = this.#range();
    const taken = this.#cursor.take(pattern) || giveUp();
    const scalar = new Scalar(read(taken));
    scalar.range = range;
    scalar.type = type;
    scalar.source = type === "PLAIN" ? taken : unquote(taken);
    return scalar;
  }

  /** Only where a node begins is ever asked for. */
  #range(): [number, number, number] {
    const { index } = this.#cursor;
    return [index, index, index];
  }
}

function unquote(text: string): string {
  return text.slice(1, -1);
}

/** The numbers of YAML 1.2's core schema (10.3.2). */
const NUMBER =
  /^(?:0o[0-7]+|0x[\da-fA-F]+|[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?|[-+]?\.(?:inf|Inf|INF)|\.nan|\.NaN|\.NAN)$/;
const PLAIN_NUMBER = /^-?(?:0|[1-9]\d{0,14})(?:\.\d{1,10})?$/;
const WORDS: ReadonlyMap<string, boolean | null> = new Map([
  ...["null", "Null", "NULL"].map((word) => [word, null] as const),
  ...["true", "True", "TRUE"].map((word) => [word, true] as const),
  ...["false", "False", "FALSE"].map((word) => [word, false] as const),
]);

/** What a word without quotes is, by YAML 1.2's core schema. */
function resolve(text: string): Plain {
  const word = WORDS.get(text);
  if (word !== undefined) return word;
  if (!NUMBER.test(text)) return text;
  return PLAIN_NUMBER.test(text) ? Number(text) : giveUp();
}
