// Reads TOML 1.0: every kind of string, and the words whose spelling tells their type.

import { hasMarker, MAX_DEPTH, Scanner, type Token } from "./scanner.ts";
import { TomlKeys } from "./toml-keys.ts";

const BLANKS = /[ \t]*/y;
const COMMENT = /#[^\r\n]*/y;
const BLANKS_AND_LINES = /(?:[ \t]|\r?\n|#[^\r\n]*)*/y;
const END_OF_LINE = /\r?\n/y;
const BARE_KEY = /[A-Za-z0-9_\uE000\uE001-]+/y;
const WORD = /\d{4}-\d\d-\d\d \d\d:[\d:.]+(?:Z|[+-]\d\d:\d\d)?|[^\s,\]}#"']+/y;
const TYPED =
  /^(?:true|false|[+-]?(?:inf|nan)|[+-]?(?:0|[1-9](?:_?\d)*)(?:\.\d(?:_?\d)*)?(?:[eE][+-]?\d(?:_?\d)*)?|0x[\dA-Fa-f](?:_?[\dA-Fa-f])*|0o[0-7](?:_?[0-7])*|0b[01](?:_?[01])*|(?:\d{4}-\d\d-\d\d)?(?:(?:^|[Tt ])\d\d:\d\d:\d\d(?:\.\d+)?)?(?:[Zz]|[+-]\d\d:\d\d)?)$/;
// oxlint-disable-next-line no-control-regex -- TOML cannot hold them
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;
const ESCAPE = /u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|[btnfr"\\]/y;
const LINE_END = /[ \t]*\r?\n[ \t\r\n]*/y;
const NAMED: Readonly<Record<string, string>> = {
  b: "\b",
  t: "\t",
  n: "\n",
  f: "\f",
  r: "\r",
  '"': '"',
  "\\": "\\",
};

export function readToml(file: string): readonly Token[] {
  return new TomlReader(file).read();
}

class TomlReader extends Scanner {
  readonly #keys = new TomlKeys();

  read(): readonly Token[] {
    const forbidden = FORBIDDEN.exec(this.text);
    if (forbidden) this.fail("there is a control character, which TOML cannot hold", forbidden.index);
    for (this.take(BLANKS_AND_LINES); !this.isAtEnd; this.take(BLANKS_AND_LINES)) {
      if (this.char === "[") this.#readHeader();
      else this.#readPair(this.#keys, 0);
      this.take(BLANKS);
      this.take(COMMENT);
      if (!this.isAtEnd && this.take(END_OF_LINE) === "") this.fail("there is more on the line than belongs to it");
    }
    return this.tokens;
  }

  #readHeader(): void {
    const start = this.index;
    const brackets = this.skip("[[") ? "]]" : "]";
    if (brackets === "]") this.index += 1;
    this.add("mark", brackets, start);
    const { path, name } = this.#readKey();
    if (!this.skip(brackets)) this.fail(`${brackets} is missing`);
    if (!this.#keys.open(path, name, brackets === "]]")) this.fail("the table has been defined before", start);
  }

  #readPair(keys: TomlKeys, depth: number): void {
    const start = this.index;
    const { path, name } = this.#readKey();
    if (!keys.set(path, name)) this.fail("the key has been set before", start);
    if (!this.skip("=")) this.fail("a key needs = and a value");
    this.add("mark", "=", this.index);
    this.#readValue(depth);
  }

  /** `a.b.c`: the path to a table, and the name in it. */
  #readKey(): { readonly path: readonly string[]; readonly name: string } {
    const path: string[] = [];
    let name = this.#readKeyPart();
    while (this.skip(".")) {
      path.push(name);
      name = this.#readKeyPart();
    }
    return { path, name };
  }

  #readKeyPart(): string {
    this.take(BLANKS);
    const part = this.char === '"' || this.char === "'" ? this.#readQuotedKey() : this.#readBareKey();
    this.take(BLANKS);
    return part;
  }

  #readQuotedKey(): string {
    if (/^("""|''')/.test(this.text.slice(this.index, this.index + 3))) this.fail("a key must be on one line");
    return this.#readString();
  }

  #readBareKey(): string {
    const start = this.index;
    const key = this.take(BARE_KEY);
    if (key === "") this.fail("a key is expected here");
    this.add("text", key, start);
    return key;
  }

  #readValue(depth: number): void {
    this.take(BLANKS);
    const { char, index } = this;
    if (depth > MAX_DEPTH) this.fail("it is nested too deep");
    if (char === '"' || char === "'") return void this.#readString();
    if (char === "[") return this.#readArray(depth);
    if (char === "{") return this.#readInlineTable(depth);
    const word = this.take(WORD);
    if (word === "") this.fail("a value is missing");
    if (!TYPED.test(word) && !hasMarker(word)) this.fail("text must be in quotes", index);
    this.add("bare", word, index);
  }

  #readArray(depth: number): void {
    const start = this.index;
    this.index += 1;
    this.add("mark", "[", start);
    for (;;) {
      this.take(BLANKS_AND_LINES);
      if (this.skip("]")) break;
      this.#readValue(depth + 1);
      this.take(BLANKS_AND_LINES);
      if (!this.skip(",") && this.char !== "]") this.fail(this.isAtEnd ? "a [ is never closed" : "a comma is missing");
    }
    this.add("mark", "]", this.index);
  }

  #readInlineTable(depth: number): void {
    const keys = new TomlKeys();
    this.add("mark", "{", this.index);
    this.index += 1;
    this.take(BLANKS);
    if (!this.skip("}")) {
      do {
        this.#readPair(keys, depth + 1);
        this.take(BLANKS);
      } while (this.skip(","));
      if (!this.skip("}")) this.fail("a comma or } is missing, on the same line");
    }
    this.add("mark", "}", this.index);
  }

  #readString(): string {
    const start = this.index;
    const quote = this.char;
    const isMultiline = this.skip(quote.repeat(3));
    if (!isMultiline) this.index += 1;
    else if (!this.skip("\n")) this.skip("\r\n");
    const closer = isMultiline ? quote.repeat(3) : quote;
    const value = quote === '"' ? this.#readBasic(closer, start) : this.takeUntil(closer, "a string is never closed");
    // Up to two quotes may stand right before the three that close.
    const more = isMultiline ? this.take(quote === '"' ? /"{0,2}/y : /'{0,2}/y) : "";
    this.#refuseLineBreaks(value, quote, isMultiline, start);
    this.add("text", value + more, start);
    return value + more;
  }

  /** A carriage return is a part of a line break, and nothing by itself. */
  #refuseLineBreaks(value: string, quote: string, isMultiline: boolean, start: number): void {
    const written = quote === '"' ? this.text.slice(start, this.index) : value;
    if ((isMultiline ? /\r(?!\n)/ : /[\n\r]/).test(written)) this.fail("a string has a line break in it", start);
  }

  #readBasic(closer: string, start: number): string {
    let value = "";
    let from = this.index;
    while (!this.text.startsWith(closer, this.index)) {
      if (this.isAtEnd) this.fail("a string is never closed", start);
      if (this.char === "\\") {
        value += this.text.slice(from, this.index);
        this.index += 1;
        value += this.#readEscape(closer.length === 3);
        from = this.index;
      } else this.index += 1;
    }
    value += this.text.slice(from, this.index);
    this.index += closer.length;
    return value;
  }

  #readEscape(isMultiline: boolean): string {
    if (isMultiline && this.take(LINE_END) !== "") return "";
    const start = this.index - 1;
    const escape = this.take(ESCAPE);
    const code = Number.parseInt(escape.slice(1), 16);
    const isCharacter = escape.length === 1 || (code <= 0x10_ffff && (code < 0xd800 || code > 0xdfff));
    if (escape === "" || !isCharacter) this.fail("a string has an escape that TOML does not know", start);
    return NAMED[escape] ?? String.fromCodePoint(code);
  }
}
