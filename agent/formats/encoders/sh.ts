// Shell scripts: single quotes, the one form that expands nothing; where quoting cannot be told for sure, plain words only.

import { endsInVariable, insideShellQuotes } from "./env.ts";
import { type FormatRules, type Place, HOLE, oneLine, plainWord } from "./format-rules.ts";

const BARE = /^[A-Za-z0-9_./:@%+,-]+$/;
const WORD_START = /(^|[\s;&|()])$/;
const CASE = /(^|\W)case(\W|$)/;
const HERE_DOCUMENT = /^<<-?\s*(["']?)\\?(\w+)\1/;

export const sh: FormatRules = {
  places: (text) => new ShScan(text).run(),

  encode(value, place) {
    const text = String(value);
    if (place === "closed") return plainWord(text);
    if (place === "line") return oneLine(text);
    if (place === "double") return insideShellQuotes(text);
    if (place === "single") return text.replaceAll("'", "'\\''");
    return BARE.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
  },
};

/** An open `$(`, `${`, `(` or backquote: inside it quotes start anew. */
interface Nesting {
  readonly opener: string;
  readonly start: number;
  readonly outerQuote: string | null;
}

const CLOSER: Readonly<Record<string, string>> = { "$(": ")", "(": ")", "${": "}", "`": "`" };

/** Enough of the shell's grammar to know where quotes are; what it does not understand leaves `closed` behind. */
class ShScan {
  readonly #text: string;
  readonly #places: Place[] = [];
  readonly #nestings: Nesting[] = [];
  #index = 0;
  #quote: string | null = null;
  #lost = false;
  #hereDocuments: string[] = [];
  /** Where the last `case` started. */
  #lastCase = -1;

  constructor(text: string) {
    this.#text = text;
  }

  run(): Place[] {
    for (; this.#index < this.#text.length; this.#index += 1) this.#step(this.#text.charAt(this.#index));
    return this.#places;
  }

  #step(char: string): void {
    if (char === "c" && CASE.test(this.#text.slice(Math.max(0, this.#index - 1), this.#index + 5)))
      this.#lastCase = this.#index;
    if (char === HOLE) this.#places.push(this.#place());
    else if (this.#quote === "'") this.#quote = char === "'" ? null : "'";
    else if (char === "\\") this.#escape();
    else if (this.#nests(char)) return;
    else if (this.#quote === '"') this.#quote = char === '"' ? null : '"';
    else if (char === "'" || char === '"') this.#openQuote(char);
    else if (char === "#" && WORD_START.test(this.#text.slice(Math.max(0, this.#index - 1), this.#index)))
      this.#comment();
    else if (char === "<") this.#openHereDocument();
    else if (char === "\n" && this.#hereDocuments.length > 0) this.#readHereDocuments();
  }

  #place(): Place {
    if (this.#quote !== "'" && endsInVariable(this.#text, this.#index)) return "never";
    if (this.#lost || this.#nestings.length > 0) return "closed";
    if (this.#quote !== null) return this.#quote === '"' ? "double" : "single";
    return "alone";
  }

  #openQuote(char: string): void {
    this.#quote = char;
    if (char !== "'" || this.#text[this.#index - 1] !== "$") return;
    // bash knows escapes in `$'…'`, others do not: where they see different ends, nothing is sure any more.
    const end = this.#text.indexOf("'", this.#index + 1);
    if (end === -1 || this.#text[end - 1] === "\\") this.#lost = true;
  }

  #escape(): void {
    if (this.#text[this.#index + 1] === HOLE) this.#places.push("never");
    this.#index += 1;
  }

  /** Whether `char` opened or closed a nesting. */
  #nests(char: string): boolean {
    const open = this.#nestings.at(-1);
    if (open && this.#quote === null && char === CLOSER[open.opener]) return this.#close(open);
    const two = this.#text.slice(this.#index, this.#index + 2);
    const opener = two === "$(" || two === "${" ? two : char;
    if (!(opener in CLOSER) || (opener === "(" && (this.#quote !== null || !open))) return false;
    this.#nestings.push({ opener, start: this.#index, outerQuote: this.#quote });
    this.#quote = null;
    this.#index += opener.length - 1;
    return true;
  }

  #close(open: Nesting): true {
    // The `)` of a case pattern closes nothing, and telling the two apart takes a whole parser.
    if (this.#lastCase > open.start) this.#lost = true;
    this.#nestings.pop();
    this.#quote = open.outerQuote;
    return true;
  }

  #comment(): void {
    const end = this.#text.indexOf("\n", this.#index);
    this.#skipTo(end === -1 ? this.#text.length : end, "line");
    this.#index -= 1;
  }

  #openHereDocument(): void {
    if (!this.#text.startsWith("<<", this.#index)) return;
    const found = HERE_DOCUMENT.exec(this.#text.slice(this.#index, this.#index + 80));
    const [written = "<<", , word] = found ?? [];
    if (word === undefined) this.#lost = true;
    else this.#hereDocuments.push(word);
    this.#index += written.length - 1;
  }

  #readHereDocuments(): void {
    for (const word of this.#hereDocuments) {
      const rest = this.#text.slice(this.#index + 1);
      const end = new RegExp(`^\\t*${word}$`, "m").exec(rest);
      this.#skipTo(this.#index + (end ? end.index + end[0].length + 1 : rest.length), "closed");
    }
    this.#hereDocuments = [];
    this.#index -= 1;
  }

  #skipTo(end: number, place: Place): void {
    for (; this.#index < end; this.#index += 1) if (this.#text[this.#index] === HOLE) this.#places.push(place);
  }
}
