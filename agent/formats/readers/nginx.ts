// Reads nginx's configuration as ngx_conf_read_token does: words, quotes at their start, `;`, blocks. Variables are marks.

import { Malformed, Scanner, type Token } from "./scanner.ts";

const BLANKS = /[ \t\r\n]*/y;
const COMMENT = /[^\n]*/y;
const NAMED: Readonly<Record<string, string>> = {
  n: "\n",
  r: "\r",
  t: "\t",
  '"': '"',
  "'": "'",
  "\\": "\\",
};

export function readNginx(file: string): readonly Token[] {
  const scanner = new Scanner(file);
  const open: number[] = [];
  let words = 0;
  for (scanner.take(BLANKS); !scanner.isAtEnd; scanner.take(BLANKS)) {
    const { char, index } = scanner;
    if (";{}".includes(char)) words = readEndOfDirective(scanner, open, words);
    else {
      if (char === "#") scanner.take(COMMENT);
      else words = new WordReader(scanner).read() + words;
      refuseTooLong(scanner, index);
    }
  }
  if (words > 0) scanner.fail("the last directive has no ; at its end");
  if (open.length > 0) scanner.fail("a block is never closed", open.at(-1));
  return scanner.tokens;
}

/** The words that are left: none. */
function readEndOfDirective(scanner: Scanner, open: number[], words: number): 0 {
  const { char, index } = scanner;
  if ((char === "}") === words > 0) scanner.fail(`this ${char} does not belong here`);
  if (char === "{") open.push(index);
  if (char === "}" && open.pop() === undefined) scanner.fail("this } closes nothing");
  scanner.index += 1;
  scanner.add("mark", char, index);
  return 0;
}

/** NGX_CONF_BUFFER: it must hold a whole word or comment, and says "too long parameter" otherwise. */
const MOST_BYTES = 4095;

function refuseTooLong({ text, index }: Scanner, start: number): void {
  const length = index - start;
  const isTooLong = length * 3 > MOST_BYTES && new TextEncoder().encode(text.slice(start, index)).length > MOST_BYTES;
  if (isTooLong)
    throw new Malformed(`a word or comment is longer than the ${MOST_BYTES} bytes that nginx takes`, start);
}

class WordReader {
  readonly #scanner: Scanner;
  #text = "";
  #start: number;

  constructor(scanner: Scanner) {
    this.#scanner = scanner;
    this.#start = scanner.index;
  }

  /** How many words it has read. */
  read(): 1 {
    const { char } = this.#scanner;
    if (char === '"' || char === "'") this.#readQuoted(char);
    else this.#readBare();
    this.#flush();
    this.#scanner.add("mark", " ", this.#scanner.index);
    return 1;
  }

  #readQuoted(quote: string): void {
    const start = this.#start;
    this.#scanner.index += 1;
    while (this.#scanner.char !== quote) {
      if (this.#scanner.isAtEnd) this.#scanner.fail("a string is never closed", start);
      this.#readChar();
    }
    this.#scanner.index += 1;
    // nginx takes a `)` for `if ("$a" = "b")`.
    if (!/^[\s;{)]?$/.test(this.#scanner.char)) this.#scanner.fail("a blank or ; is missing after a string");
  }

  #readBare(): void {
    while (!this.#scanner.isAtEnd && !/[ \t\r\n;{]/.test(this.#scanner.char)) this.#readChar();
  }

  #readChar(): void {
    const { char, text, index } = this.#scanner;
    this.#scanner.index += 1;
    if (char === "\\") this.#text += this.#readEscape();
    else if (char === "$") {
      if (text[index + 1] === "{") this.#scanner.index += 1;
      this.#flush();
      this.#scanner.add("mark", text.slice(index, this.#scanner.index), index);
    } else this.#text += char;
  }

  #readEscape(): string {
    const { char } = this.#scanner;
    this.#scanner.index += 1;
    return NAMED[char] ?? `\\${char}`;
  }

  #flush(): void {
    this.#scanner.add("text", this.#text, this.#start);
    this.#text = "";
    this.#start = this.#scanner.index;
  }
}
