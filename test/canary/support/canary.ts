// A secret that is found again wherever a trace of it is, in whatever form: it is made of random words, and every escaping
// leaves letters and digits as they are.

import { randomInt } from "node:crypto";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const ALPHABET = `${LETTERS}${LETTERS.toLowerCase()}0123456789`;
const WORD_LENGTH = 8;
/** Of a word that a message quotes in part; V8 shows ten characters around what it stumbles over. */
const PIECE_LENGTH = 6;

type Form = "raw" | "base64" | "hex" | "UTF-16" | "escaped";

export interface Trace {
  readonly form: Form;
  /** What stands around it. */
  readonly around: string;
}

interface Needle {
  readonly form: Form;
  readonly bytes: Buffer;
}

export class Canary {
  /** What changes when it is escaped stands between the words, one of each kind. */
  readonly text: string;
  readonly #whole: readonly Needle[];
  readonly #pieces: readonly Needle[];

  constructor() {
    const words = Array.from({ length: 6 }, makeWord);
    const [first, second, third, fourth, fifth, sixth] = words;
    this.text = `${first}"${second}\\${third}'${fourth}\n${fifth}%41$é<&>${sixth}`;
    this.#whole = words.flatMap(formsOf);
    this.#pieces = words.flatMap(piecesOf).map((piece) => ({ form: "raw", bytes: Buffer.from(piece) }));
  }

  /** In a text, or anything as small: a part of a word is a trace. */
  findInText(text: string | Buffer): Trace[] {
    return find(Buffer.from(text), [...this.#whole, ...this.#pieces]);
  }

  /** In a disk or a dump: by chance it may hold a part of a word, but no whole one. */
  findInDisk(bytes: Buffer): Trace[] {
    return find(withoutZeros(bytes), this.#whole);
  }
}

/** A text that is looked for as it is: a credential. */
export function formsOf(word: string): Needle[] {
  const bytes = Buffer.from(word);
  const needle = (form: Form, text: string): Needle => ({ form, bytes: Buffer.from(text) });
  return [
    { form: "raw", bytes },
    ...[0, 1, 2].map((before) => needle("base64", base64Inside(bytes, before))),
    needle("hex", bytes.toString("hex")),
    needle("hex", bytes.toString("hex").toUpperCase()),
    { form: "UTF-16", bytes: Buffer.from(word, "utf16le") },
    needle("escaped", [...bytes].map((byte) => `\\u${byte.toString(16).padStart(4, "0")}`).join("")),
    needle("escaped", [...bytes].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("")),
    needle("escaped", [...bytes].map((byte) => `%${byte.toString(16).padStart(2, "0").toUpperCase()}`).join("")),
    needle("escaped", [...bytes].map((byte) => `&#${byte};`).join("")),
  ];
}

export function find(bytes: Buffer, needles: readonly Needle[]): Trace[] {
  return needles.flatMap((needle) => {
    const at = bytes.indexOf(needle.bytes);
    if (at === -1) return [];
    const around = bytes.subarray(Math.max(0, at - 80), at + 80).toString("latin1");
    return [{ form: needle.form, around: around.replaceAll(/[^ -~]+/g, "·") }];
  });
}

const BLOCK_BYTES = 4096;

// Most of a disk: each needle would be looked for there, too.
function withoutZeros(bytes: Buffer): Buffer {
  const zeros = Buffer.alloc(BLOCK_BYTES);
  const blocks = Array.from({ length: Math.ceil(bytes.length / BLOCK_BYTES) }, (_, index) =>
    bytes.subarray(index * BLOCK_BYTES, (index + 1) * BLOCK_BYTES),
  );
  return Buffer.concat(blocks.filter((block) => !block.equals(zeros)));
}

/** The characters that depend on these bytes alone, where so many bytes stand before them in a group of three. */
function base64Inside(bytes: Buffer, before: number): string {
  const padded = Buffer.concat([Buffer.alloc(before), bytes]);
  const end = padded.length - (padded.length % 3);
  return padded.toString("base64").slice(before === 0 ? 0 : 4, (end / 3) * 4);
}

/** It begins like no number, no literal and no escape, so that V8 quotes it. */
function makeWord(): string {
  const rest = Array.from({ length: WORD_LENGTH - 1 }, () => ALPHABET[randomInt(ALPHABET.length)]);
  return [LETTERS[randomInt(LETTERS.length)], ...rest].join("");
}

function piecesOf(word: string): string[] {
  return Array.from({ length: WORD_LENGTH - PIECE_LENGTH + 1 }, (_, start) => word.slice(start, start + PIECE_LENGTH));
}
