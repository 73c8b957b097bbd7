// Looks through the bytes of one file, or of one member of an archive, as they come, for what the rules know. Holds one block of
// them, however many there are; an expression sees no more than a window around one of its keywords.

import { judgeMatch } from "../rules/judge-match.ts";
import type { RuleSet } from "../rules/rule-set.ts";

export interface Match {
  readonly rule: number;
  readonly secret: string;
  /** Of the secret's first byte. */
  readonly at: number;
  /** Absent: the bytes around are no text. */
  readonly line?: number;
}

/** What an expression sees in front of its keyword, and from there on: more than the longest token has. */
const BEFORE_BYTES = 160;
const AFTER_BYTES = 1_088;
/** How far into a window a match may begin to be seen whole; what begins later has a window of its own. */
const STRIDE_BYTES = 320;

const BLOCK_BYTES = 1024 * 1024;
const MOST_MATCHES = 200;

/** Whoever looks through many files gives them one block. */
export function newBlock(): Buffer {
  return Buffer.allocUnsafeSlow(BLOCK_BYTES);
}

export class Scanner {
  readonly matches: Match[] = [];
  readonly #set: RuleSet;
  readonly #path: string;
  readonly #isActive: Uint8Array;
  readonly #searchedTo: Float64Array;
  readonly #block: Buffer;
  /** How many bytes of the block are filled, how many of them the automaton has seen, and where in the whole it begins. */
  #filled = 0;
  #seen = 0;
  #blockAt = 0;
  #linesBefore = 0;
  #state = 0;

  /** @param path from the root, without a slash in front: some rules are for some files */
  constructor(set: RuleSet, path: string, block: Buffer) {
    this.#set = set;
    this.#path = path;
    this.#block = block;
    this.#isActive = set.always.slice();
    for (const number of set.sometimes) if (set.rules[number]!.path!.test(path)) this.#isActive[number] = 1;
    this.#searchedTo = new Float64Array(set.rules.length);
  }

  /** The part of the block that the next bytes go to; `take` then says how many came. */
  room(): Buffer {
    if (this.#filled === this.#block.length) this.#makeRoom();
    return this.#block.subarray(this.#filled);
  }

  take(bytes: number): void {
    this.#filled += bytes;
    if (this.#filled === this.#block.length) this.#look(this.#filled - AFTER_BYTES);
  }

  push(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      const room = this.room();
      const part = bytes.subarray(at, at + room.length);
      room.set(part);
      this.take(part.length);
      at += part.length;
    }
  }

  end(): readonly Match[] {
    this.#look(this.#filled);
    return withoutVague(this.matches, this.#set);
  }

  #makeRoom(): void {
    // All that is before the last window is done with.
    const keepFrom = this.#seen - BEFORE_BYTES - AFTER_BYTES;
    this.#linesBefore += countLines(this.#block, 0, keepFrom);
    this.#block.copyWithin(0, keepFrom, this.#filled);
    this.#filled -= keepFrom;
    this.#seen -= keepFrom;
    this.#blockAt += keepFrom;
  }

  /** The loop that every byte goes through: one look-up each. */
  #look(until: number): void {
    const { columns, next, firstEnd } = this.#set.automaton;
    const block = this.#block;
    let state = this.#state;
    for (let at = this.#seen; at < until; at++) {
      state = next[state + columns[block[at]!]!]!;
      if (state >= firstEnd && block[at] !== 0) this.#meet(state, at);
    }
    this.#state = state;
    this.#seen = Math.max(this.#seen, until);
  }

  #meet(state: number, at: number): void {
    const { automaton, rulesAtEnd } = this.#set;
    for (const rule of rulesAtEnd[(state - automaton.firstEnd) / automaton.width]!) {
      if (this.#isActive[rule] === 0 || this.#blockAt + at < this.#searchedTo[rule]!) continue;
      this.#searchedTo[rule] = this.#blockAt + at + STRIDE_BYTES;
      this.#search(rule, at);
    }
  }

  #search(number: number, keywordEnd: number): void {
    const rule = this.#set.rules[number]!;
    const from = Math.max(0, keywordEnd - BEFORE_BYTES);
    const window = this.#block.subarray(from, Math.min(this.#filled, keywordEnd + AFTER_BYTES));
    const spread = isSpread(window) ? 2 : 1;
    const text = spread === 2 ? window.filter((byte) => byte !== 0) : window;
    const characters = Buffer.from(text.buffer, text.byteOffset, text.length).toString("latin1");
    rule.regex.lastIndex = 0;
    for (let match = rule.regex.exec(characters); match !== null; match = rule.regex.exec(characters)) {
      if (match[0] === "") break;
      const candidate = { match, line: lineAround(characters, match.index), path: this.#path };
      const secret = judgeMatch(rule, candidate, this.#set.everywhere);
      const offset = match.index + Math.max(0, match[0].indexOf(secret ?? ""));
      if (secret !== null) this.#note(number, secret, from + offset * spread, characters);
    }
  }

  #note(rule: number, secret: string, inBlock: number, around: string): void {
    const at = this.#blockAt + inBlock;
    if (this.matches.length >= MOST_MATCHES || this.matches.some((known) => known.rule === rule && known.at === at))
      return;
    const isText = !around.includes("\0");
    const line = this.#linesBefore + countLines(this.#block, 0, inBlock) + 1;
    this.matches.push({ rule, secret, at, ...(isText && { line }) });
  }
}

/** UTF-16 of ASCII: every second byte is NUL. */
function isSpread(window: Buffer): boolean {
  let nuls = 0;
  for (const byte of window) if (byte === 0) nuls++;
  return nuls * 3 > window.length && nuls * 3 < window.length * 2;
}

function lineAround(text: string, at: number): string {
  const from = text.lastIndexOf("\n", at) + 1;
  const end = text.indexOf("\n", at);
  return text.slice(from, end < 0 ? undefined : end);
}

function countLines(block: Buffer, from: number, until: number): number {
  let lines = 0;
  for (let at = from; at < until; at++) if (block[at] === 0x0a) lines++;
  return lines;
}

/** What a vague rule found is what a better one has found at the same place; of two others the first is told. */
function withoutVague(matches: readonly Match[], { rules }: RuleSet): readonly Match[] {
  const sure = matches.filter(({ rule }) => !rules[rule]!.isVague);
  const ordered = [...sure, ...matches.filter(({ rule }) => rules[rule]!.isVague)];
  return ordered.filter((match, index) => !ordered.slice(0, index).some((other) => overlap(match, other)));
}

function overlap(a: Match, b: Match): boolean {
  return a.at < b.at + b.secret.length && b.at < a.at + a.secret.length;
}
