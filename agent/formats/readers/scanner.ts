// What all readers of rendered files share: the tokens that they yield, and a cursor over the text. Pure.

import { Cursor } from "../../cursor.ts";

/**
 * What a program that reads the file will see there, in order:
 * - `text`: a string, with quotes and escapes undone
 * - `bare`: a word whose spelling tells its type (`12`, `true`, YAML's `no`)
 * - `mark`: everything that is structure or that the program expands (`{`, `;`, `$HOME`)
 */
export interface Token {
  readonly kind: "text" | "bare" | "mark";
  readonly text: string;
  /** Where it starts in the file. */
  readonly start: number;
}

/** Yields the tokens of a file, or throws Malformed. A marker reads as letters, wherever a value may stand. */
export type Reader = (file: string) => readonly Token[];

/** Stands for one value while the structure of a file is compared. Neither a template nor a name has its characters. */
export function markerOf(index: number): string {
  return `\uE000${index}\uE001`;
}

export const MARKERS = /\uE000(\d+)\uE001/g;
export const ONE_MARKER = /^\uE000\d+\uE001$/;

export function hasMarker(text: string): boolean {
  return text.includes("\uE000");
}

/** The file is not what its format says. `message` never shows anything of the file. */
export class Malformed extends Error {
  override readonly name = "Malformed";
  readonly offset: number;

  constructor(why: string, offset: number) {
    super(why);
    this.offset = offset;
  }
}

/** Deeper than any config goes, and far from the end of the stack. */
export const MAX_DEPTH = 200;

export class Scanner extends Cursor {
  readonly tokens: Token[] = [];

  /** Takes everything up to `end`, and steps over that too. */
  takeUntil(end: string, otherwise: string): string {
    const start = this.index;
    const found = this.text.indexOf(end, start);
    if (found === -1) this.fail(otherwise, start);
    this.index = found + end.length;
    return this.text.slice(start, found);
  }

  add(kind: Token["kind"], text: string, start: number): void {
    this.tokens.push({ kind, text, start });
  }

  fail(why: string, offset: number = this.index): never {
    throw new Malformed(why, offset);
  }
}
