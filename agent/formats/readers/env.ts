// Reads an environment file twice, as systemd's EnvironmentFile= does and as sh does, and takes only what both read alike.

import { Malformed, Scanner, type Token } from "./scanner.ts";

interface Assignment {
  readonly name: string;
  readonly value: string;
  readonly start: number;
}

export function readEnv(file: string): readonly Token[] {
  const ofSh = new ShAssignments(file).read();
  const ofSystemd = readAsSystemd(file);
  for (const [index, { name, value, start }] of ofSh.entries()) {
    const other = ofSystemd[index];
    if (other?.name !== name || other.value !== value) {
      throw new Malformed("systemd and sh would read this line differently", start);
    }
  }
  const extra = ofSystemd[ofSh.length];
  if (extra) throw new Malformed("systemd and sh would read this line differently", extra.start);
  return ofSh.flatMap(({ name, value, start }) => [
    { kind: "text", text: name, start },
    { kind: "text", text: value, start },
  ]);
}

const BLANKS = /[ \t]*/y;
const LINES = /[ \t\n]*/y;
const COMMENT = /#[^\n]*/y;
const NAME = /[A-Za-z_\uE000][\w\uE000\uE001]*/y;
const IN_DOUBLE_QUOTES = /[^"\\$`]+/y;
const HARMLESS = /[^ \t\n\r"'\\$`;&|<>()~]+/y;
const BEFORE_A_HOME = /(=|:)$/;

/** The subset of sh that is assignments of constant words, one a line. */
class ShAssignments extends Scanner {
  read(): Assignment[] {
    const found: Assignment[] = [];
    for (this.take(LINES); !this.isAtEnd; this.take(LINES)) {
      if (this.char === "#") this.#readComment();
      else found.push(this.#readAssignment());
    }
    return found;
  }

  #readComment(): void {
    const start = this.index;
    // Before v254 systemd reads the line after it as a comment too.
    if (this.take(COMMENT).endsWith("\\")) this.fail("a comment ends in a backslash", start);
  }

  #readAssignment(): Assignment {
    const start = this.index;
    const name = this.take(NAME);
    if (name === "" || !this.skip("=")) this.fail("the line is not NAME=value, which systemd and sh both read", start);
    let value = "";
    while (!this.isAtEnd && !/[ \t\n]/.test(this.char)) value += this.#readPart(start);
    this.take(BLANKS);
    if (!this.isAtEnd && this.char !== "\n") this.fail("a value with blanks or a comment after it needs quotes", start);
    return { name, value, start };
  }

  #readPart(start: number): string {
    const { char, index } = this;
    if (char === "'") {
      this.index += 1;
      return this.takeUntil("'", "a quote is never closed");
    }
    if (char === '"') return this.#readDoubleQuoted(start);
    if (char === "\\") {
      this.index += 2;
      return this.text[index + 1] === "\n" ? "" : (this.text[index + 1] ?? "");
    }
    if (char === "~" && !BEFORE_A_HOME.test(this.text.slice(index - 1, index))) {
      this.index += 1;
      return char;
    }
    const plain = this.take(HARMLESS);
    if (plain === "") this.fail("sh gives a character in this value a meaning of its own: it needs quotes", start);
    return plain;
  }

  #readDoubleQuoted(start: number): string {
    let value = "";
    for (this.index += 1; !this.skip('"');) {
      if (this.isAtEnd) this.fail("a quote is never closed", start);
      if (this.char === "$" || this.char === "`") this.fail("sh expands a $ or a backquote: write \\ before it", start);
      value += this.char === "\\" ? this.#readEscaped() : this.take(IN_DOUBLE_QUOTES);
    }
    return value;
  }

  /** In double quotes, where a backslash before any other character stays. */
  #readEscaped(): string {
    const next = this.text[this.index + 1] ?? "";
    const isEscape = next !== "" && '"\\`$\n'.includes(next);
    this.index += isEscape ? 2 : 1;
    if (!isEscape) return "\\";
    return next === "\n" ? "" : next;
  }
}

type State = "before name" | "name" | "before value" | "value" | "escape" | "'" | '"' | 'escape in "' | "comment";

/**
 * The file as EnvironmentFile= has it, in which systemd takes more than `readEnv`.
 * @throws Malformed where systemd would ignore a line, or take the file's end for a part of a value
 */
export function readEnvironmentFile(file: string): readonly Assignment[] {
  const { found, ignored } = stepThrough(file);
  const [line] = ignored;
  if (line !== undefined) throw new Malformed("the line is not NAME=value", line);
  const comment = /^[ \t]*[#;].*\\$/m.exec(file);
  if (comment)
    throw new Malformed("a comment ends in a backslash: before v254 it goes on in the next line", comment.index);
  return found;
}

function readAsSystemd(file: string): Assignment[] {
  return stepThrough(file).found;
}

/** The state table of systemd's src/basic/env-file.c, character by character, but for those that change no state. */
function stepThrough(file: string): SystemdAssignments {
  const reader = new SystemdAssignments();
  for (let index = 0; index < file.length;) {
    reader.step(file.charAt(index), index);
    index += 1;
    PLAIN.lastIndex = index;
    const plain = PLAIN.exec(file)?.[0] ?? "";
    if (plain !== "" && reader.skim(plain)) index += plain.length;
  }
  reader.end(file.length);
  return reader;
}

const PLAIN = /[\w./:@%+,-]+/y;

class SystemdAssignments {
  readonly found: Assignment[] = [];
  /** Where lines begin that are none. */
  readonly ignored: number[] = [];
  #state: State = "before name";
  #name = "";
  #value = "";
  #start = 0;
  /** The length of the value without the blanks at its end, which count only in quotes. */
  #keptLength = 0;

  step(char: string, index: number): void {
    const isLineEnd = char === "\n" || char === "\r";
    switch (this.#state) {
      case "before name":
        return this.#beforeName(char, index);
      case "comment":
        if (isLineEnd) this.#state = "before name";
        return;
      case "name":
        if (isLineEnd) {
          this.ignored.push(this.#start);
          this.#state = "before name";
        } else if (char === "=") this.#state = "before value";
        else this.#name += char;
        return;
      case "before value":
      case "value":
        return isLineEnd ? this.#push() : this.#inValue(char);
      case "escape":
        if (!isLineEnd) this.#append(char);
        this.#state = "value";
        return;
      case "'":
      case '"':
        return this.#inQuotes(char, this.#state);
      case 'escape in "':
        if ('"\\`$'.includes(char)) this.#append(char);
        else if (char !== "\n") this.#append(`\\${char}`);
        this.#state = '"';
    }
  }

  /** Takes characters that mean nothing but themselves. False: the first of them changes the state. */
  skim(plain: string): boolean {
    switch (this.#state) {
      case "name":
        this.#name += plain;
        return true;
      case "value":
      case "'":
      case '"':
        this.#append(plain);
        return true;
      case "comment":
        return true;
      case "before name":
      case "before value":
      case "escape":
      case 'escape in "':
        return false;
    }
  }

  end(length: number): void {
    if (this.#state === "'" || this.#state === '"') throw new Malformed("a quote is never closed", this.#start);
    if (this.#state !== "before name" && this.#state !== "comment" && this.#state !== "name") this.#push();
    else if (this.#state === "name") throw new Malformed("the line is not NAME=value", Math.min(this.#start, length));
  }

  #beforeName(char: string, index: number): void {
    if (char === "#" || char === ";") this.#state = "comment";
    else if (!/\s/.test(char)) {
      this.#state = "name";
      this.#name = char;
      this.#value = "";
      this.#keptLength = 0;
      this.#start = index;
    }
  }

  #inValue(char: string): void {
    const isFirst = this.#state === "before value";
    if (isFirst && (char === "'" || char === '"')) this.#state = char;
    else if (char === "\\") this.#state = "escape";
    else if (!isFirst && (char === " " || char === "\t")) this.#value += char;
    else if (char !== " " && char !== "\t") {
      this.#state = "value";
      this.#append(char);
    }
  }

  #inQuotes(char: string, quote: "'" | '"'): void {
    if (char === quote) this.#state = "before value";
    else if (char === "\\" && quote === '"') this.#state = 'escape in "';
    else this.#append(char);
  }

  #append(text: string): void {
    this.#value += text;
    this.#keptLength = this.#value.length;
  }

  #push(): void {
    const value = this.#state === "value" ? this.#value.slice(0, this.#keptLength) : this.#value;
    this.found.push({ name: this.#name.trimEnd(), value, start: this.#start });
    this.#state = "before name";
  }
}
