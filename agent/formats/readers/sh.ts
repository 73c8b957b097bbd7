// Reads a shell script as words and operators: quotes undone, and what the shell expands kept apart. What it cannot follow
// it yields as it stands: the encoder lets only plain words in there.

import { Scanner, type Token } from "./scanner.ts";

const PLAIN = /[^\s"'\\$`;&|<>()*?[\]~{}!=#]+/y;
const BLANKS = /[ \t]+/y;
const COMMENT = /[^\n]*/y;
const VARIABLE = /[A-Za-z_]\w*|[0-9@*#?$!-]/y;
const HERE_DOCUMENT = /<<-?[ \t]*(["']?)\\?(\w+)\1/y;
const CLOSERS: ReadonlyMap<string, string> = new Map([
  ["$(", ")"],
  ["${", "}"],
  ["`", "`"],
]);

export function readSh(file: string): readonly Token[] {
  return new ShReader(file).read();
}

class ShReader extends Scanner {
  /** Null: no word has begun. */
  #word: string | null = null;
  #wordStart = 0;
  #hereDocuments: string[] = [];

  read(): readonly Token[] {
    while (!this.isAtEnd) this.#readNext();
    this.#endWord();
    return this.tokens;
  }

  #readNext(): void {
    const { char } = this;
    if (char === "\n") this.#readLineEnd();
    else if (this.take(BLANKS) !== "") this.#endWord();
    else if (char === "#" && this.#word === null) this.take(COMMENT);
    else if (char === "'") this.#readSingleQuoted();
    else if (char === '"') this.#readDoubleQuoted();
    else if (char === "\\") this.#readEscape();
    else if (char === "$" || char === "`") this.#readExpansion(false);
    else if (";&|<>()".includes(char)) this.#readOperator();
    else this.#readPlain();
  }

  #append(text: string): void {
    if (this.#word === null) this.#wordStart = this.index;
    this.#word = (this.#word ?? "") + text;
  }

  #endWord(): void {
    if (this.#word === null) return;
    this.add("text", this.#word, this.#wordStart);
    this.add("mark", " ", this.index);
    this.#word = null;
  }

  /** What stands inside a word and is no text of it. */
  #mark(text: string): void {
    this.add("text", this.#word ?? "", this.#wordStart);
    this.add("mark", text, this.index);
    this.#wordStart = this.index;
    this.#word = "";
  }

  #readPlain(): void {
    const text = this.take(PLAIN);
    if (text !== "") return this.#append(text);
    this.#mark(this.char);
    this.index += 1;
  }

  #readEscape(): void {
    const next = this.text[this.index + 1] ?? "";
    if (next !== "\n") this.#append(next);
    this.index += 2;
  }

  #readSingleQuoted(): void {
    this.index += 1;
    this.#append(this.takeUntil("'", "a quote is never closed"));
  }

  #readDoubleQuoted(): void {
    const start = this.index;
    this.#append("");
    for (this.index += 1; this.char !== '"';) {
      if (this.isAtEnd) this.fail("a quote is never closed", start);
      const next = this.text[this.index + 1] ?? "";
      if (this.char === "$" || this.char === "`") this.#readExpansion(true);
      else if (this.char === "\\" && '"\\`$\n'.includes(next)) {
        this.#append(next === "\n" ? "" : next);
        this.index += 2;
      } else {
        this.#append(this.char);
        this.index += 1;
      }
    }
    this.index += 1;
  }

  #readExpansion(isQuoted: boolean): void {
    const two = this.text.slice(this.index, this.index + 2);
    if (two === "$'" && !isQuoted) return this.#readDollarQuoted();
    const opener = CLOSERS.has(two) ? two : this.char;
    const closer = CLOSERS.get(opener);
    if (closer !== undefined) return this.#readNested(opener, closer);
    this.index += 1;
    const name = this.take(VARIABLE);
    if (name === "") this.#append("$");
    else this.#mark(`$${name}`);
  }

  /** bash knows escapes in `$'…'`, others do not: the same to both as long as no backslash hides its end. */
  #readDollarQuoted(): void {
    const raw = this.text.slice(this.index, this.text.indexOf("'", this.index + 2) + 1);
    if (raw === "" || raw.endsWith("\\'")) return this.#giveUp();
    this.#mark(raw);
    this.index += raw.length;
  }

  #readNested(opener: string, closer: string): void {
    const end = endOfNested(this.text, this.index);
    if (end === null) return this.#giveUp();
    this.#mark(opener);
    this.#append(this.text.slice(this.index + opener.length, end));
    this.index = end;
    this.#mark(closer);
    this.index += 1;
  }

  #readOperator(): void {
    this.#endWord();
    const { index } = this;
    const found = this.text.startsWith("<<<", index) ? "<<<" : this.take(HERE_DOCUMENT);
    if (found === "<<<") this.index += 3;
    else if (found === "") this.index += 1;
    else this.#hereDocuments.push(found.replace(/^\W+|\W+$/g, ""));
    this.add("mark", found === "" ? this.text.charAt(index) : found, index);
  }

  #readLineEnd(): void {
    this.#endWord();
    this.add("mark", "\n", this.index);
    this.index += 1;
    for (const delimiter of this.#hereDocuments) {
      const start = this.index;
      const end = new RegExp(`^\\t*${delimiter}$`, "m").exec(this.text.slice(start));
      if (!end) return this.#giveUp();
      this.add("text", this.text.slice(start, start + end.index), start);
      this.index = Math.min(this.text.length, start + end.index + end[0].length + 1);
    }
    this.#hereDocuments = [];
  }

  #giveUp(): void {
    this.#endWord();
    this.add("text", this.text.slice(this.index), this.index);
    this.index = this.text.length;
  }
}

/** Where the closer of what opens at `start` stands; null where that takes a whole parser to tell. */
function endOfNested(text: string, start: number): number | null {
  const closers: string[] = [];
  let quote: string | null = null;
  for (let index = start; index < text.length; index += 1) {
    const char = text.charAt(index);
    const two = text.slice(index, index + 2);
    if (quote === "'") quote = char === "'" ? null : "'";
    else if (char === "\\") index += 1;
    else if (quote === null && char === closers.at(-1)) {
      closers.pop();
      // The `)` of a case pattern closes nothing.
      if (closers.length === 0) return /\bcase\b/.test(text.slice(start, index)) ? null : index;
    } else if (quote === '"') quote = char === '"' ? null : '"';
    else if (char === "'" || char === '"') quote = char;
    else if (two === "$(" || two === "${") {
      closers.push(two === "$(" ? ")" : "}");
      index += 1;
    } else if (char === "`") closers.push("`");
    else if (char === "(") closers.push(")");
  }
  return null;
}
