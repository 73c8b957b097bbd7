// Reads a systemd unit: sections, directives over continued lines, words where a directive takes them; specifiers are marks.

import { endsInBackslash, TAKES_QUOTED_WORDS } from "../encoders/systemd.ts";
import { Malformed, type Token } from "./scanner.ts";

const NAMED: Readonly<Record<string, string>> = {
  a: "\u0007",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  s: " ",
  "\\": "\\",
  '"': '"',
  "'": "'",
};
const CODE = /x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|[0-7]{3}/y;

export function readSystemd(file: string): readonly Token[] {
  const tokens: Token[] = [];
  for (const line of logicalLines(file)) readLine(line, tokens);
  return tokens;
}

interface LogicalLine {
  /** Continued lines are joined as systemd joins them: with a blank in place of the backslash. */
  readonly text: string;
  readonly start: number;
}

/** LONG_LINE_MAX of systemd, in bytes; a line that is continued counts as one. */
const MOST_LINE_LENGTH = 2 ** 20 - 1;

/** The lines of a unit file without comments and empty lines. */
function logicalLines(file: string): LogicalLine[] {
  const lines: LogicalLine[] = [];
  let open: { text: string; start: number } | null = null;
  let start = 0;
  for (const line of file.split("\n")) {
    const isComment = /^\s*[#;]/.test(line);
    const isContinued = !isComment && endsInBackslash(line);
    const text = isContinued ? `${line.slice(0, -1)} ` : line;
    if (!isComment) {
      open = open === null ? { text, start } : { text: open.text + text, start: open.start };
      if (!isContinued) {
        if (open.text.length > MOST_LINE_LENGTH) throw new Malformed("a line is longer than 1 MiB", open.start);
        if (open.text.trim() !== "") lines.push(open);
        open = null;
      }
    }
    start += line.length + 1;
  }
  if (open) throw new Malformed("the last line ends in a backslash", open.start);
  return lines;
}

function readLine({ text, start }: LogicalLine, tokens: Token[]): void {
  const line = text.trim();
  if (line.startsWith("[")) {
    if (!/^\[[^\]]+\]$/.test(line)) throw new Malformed("a section needs its name between [ and ]", start);
    tokens.push({ kind: "mark", text: "[", start }, { kind: "text", text: line.slice(1, -1), start });
    return;
  }
  const equals = line.indexOf("=");
  if (equals < 1) throw new Malformed("the line is neither [Section] nor Directive=value", start);
  if (tokens.length === 0) throw new Malformed("a directive stands before the first [Section]", start);
  const directive = line.slice(0, equals).trim();
  tokens.push({ kind: "text", text: directive, start }, { kind: "mark", text: "=", start });
  const reader = new ValueReader(line.slice(equals + 1).trim(), start, tokens);
  if (TAKES_QUOTED_WORDS.test(directive)) reader.readWords(directive.startsWith("Exec"));
  else reader.readRaw();
}

class ValueReader {
  readonly #value: string;
  readonly #start: number;
  readonly #tokens: Token[];
  #index = 0;
  #text = "";

  constructor(value: string, start: number, tokens: Token[]) {
    this.#value = value;
    this.#start = start;
    this.#tokens = tokens;
  }

  readRaw(): void {
    while (this.#index < this.#value.length) this.#readChar();
    this.#add("text", this.#text);
  }

  readWords(isCommand: boolean): void {
    // systemd takes them off after it has undone the quotes.
    for (let isFirst = isCommand; this.#skipBlanks(); isFirst = false) {
      const first = this.#tokens.length;
      this.#readWord(isCommand);
      if (isFirst) this.#takeOffPrefix(first);
    }
  }

  #skipBlanks(): boolean {
    while (/\s/.test(this.#value[this.#index] ?? "")) this.#index += 1;
    return this.#index < this.#value.length;
  }

  #readWord(isCommand: boolean): void {
    let quote: string | null = null;
    for (; this.#index < this.#value.length;) {
      const char = this.#value.charAt(this.#index);
      if (quote === null && /\s/.test(char)) break;
      if (char === quote) {
        quote = null;
        this.#index += 1;
      } else if (quote === null && (char === '"' || char === "'")) {
        quote = char;
        this.#index += 1;
      } else if (char === "\\") this.#readEscape();
      else if (char === "$" && isCommand) this.#mark("$");
      else this.#readChar();
    }
    if (quote !== null) throw new Malformed("a quote is never closed", this.#start);
    this.#add("text", this.#text);
    this.#add("mark", " ");
  }

  /** systemd keeps the backslash before what it does not know. */
  #readEscape(): void {
    CODE.lastIndex = this.#index + 1;
    const code = CODE.exec(this.#value)?.[0];
    const next = this.#value[this.#index + 1] ?? "";
    if (code) {
      const number = /^\d/.test(code) ? Number.parseInt(code, 8) : Number.parseInt(code.slice(1), 16);
      if (number > 0x10_ffff) throw new Malformed("an escape names no character", this.#start);
      this.#text += String.fromCodePoint(number);
      this.#index += 1 + code.length;
    } else {
      this.#text += NAMED[next] ?? `\\${next}`;
      this.#index += 2;
    }
  }

  #readChar(): void {
    const char = this.#value.charAt(this.#index);
    const next = this.#value[this.#index + 1] ?? "";
    if (char === "%" && next === "%") {
      this.#text += "%";
      this.#index += 2;
    } else if (char === "%" && /[A-Za-z0-9]/.test(next)) this.#mark(`%${next}`);
    else {
      this.#text += char;
      this.#index += 1;
    }
  }

  #mark(text: string): void {
    this.#add("text", this.#text);
    this.#add("mark", text);
    this.#index += text.length;
  }

  #takeOffPrefix(first: number): void {
    const [word, ...others] = this.#tokens.splice(first);
    if (word === undefined) return;
    const { text, start } = word;
    const length = text.search(/[^-@:+!|]|$/);
    this.#tokens.push(
      { kind: "mark", text: text.slice(0, length), start },
      { ...word, text: text.slice(length) },
      ...others,
    );
  }

  #add(kind: Token["kind"], text: string): void {
    this.#tokens.push({ kind, text, start: this.#start });
    this.#text = "";
  }
}
