// What a run waits for, and the line at the bottom of a terminal that says so, once the wait is longer than a second. Never written
// to anything but a terminal, so never in a log.

import { shown } from "../shown.ts";

/** A function says how far it is. */
export type What = string | (() => string);

export interface Progress {
  /**
   * Announces a wait; the returned function ends it. Of several waits the newest is shown.
   * @param limitMs how long it may last in all
   */
  begin(what: What, limitMs?: number): () => void;
  /** Removes the line, so that other output can take its place. */
  clear(): void;
}

export const NO_PROGRESS: Progress = { begin: () => () => {}, clear() {} };

/** `what` while `work` lasts. */
export async function showing<T>(
  progress: Progress,
  what: What,
  work: () => T | Promise<T>,
  limitMs?: number,
): Promise<T> {
  const end = progress.begin(what, limitMs);
  try {
    return await work();
  } finally {
    end();
  }
}

// A shorter wait needs no explanation.
const PATIENCE_MS = 1_000;
const REDRAW_MS = 250;
// Narrower than any terminal: a line that wraps can't be taken back.
const WIDEST_LINE = 76;
// ECMA-48: to the line's start, and erase to its end. No colour, so that NO_COLOR has nothing to say about it.
const ERASE = "\r\u001b[K";

/** One that has lasted long enough to be told of. */
export interface Wait {
  readonly what: string;
  readonly waitedMs: number;
  /** How long it may last in all. Null: nobody knows. */
  readonly limitMs: number | null;
}

/** What a run waits for at a moment. */
export class Waits {
  readonly #nowMs: () => number;
  #waits: readonly { readonly what: What; readonly startMs: number; readonly limitMs: number | null }[] = [];

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  get isEmpty(): boolean {
    return this.#waits.length === 0;
  }

  begin(what: What, limitMs: number | null = null): () => void {
    const wait = { what, startMs: this.#nowMs(), limitMs };
    this.#waits = [...this.#waits, wait];
    return () => void (this.#waits = this.#waits.filter((other) => other !== wait));
  }

  /** Null: there is none that has lasted long. */
  newest(): Wait | null {
    const wait = this.#waits.at(-1);
    if (!wait) return null;
    const waitedMs = this.#nowMs() - wait.startMs;
    if (waitedMs < PATIENCE_MS) return null;
    return { what: typeof wait.what === "string" ? wait.what : wait.what(), waitedMs, limitMs: wait.limitMs };
  }
}

export class TerminalProgress implements Progress {
  readonly #write: (text: string) => void;
  readonly #waits: Waits;
  #timer: NodeJS.Timeout | null = null;
  #isShown = false;

  constructor(write: (text: string) => void, nowMs = () => performance.now()) {
    this.#write = write;
    this.#waits = new Waits(nowMs);
  }

  begin(what: What): () => void {
    const end = this.#waits.begin(what);
    this.#timer ??= setInterval(() => this.draw(), REDRAW_MS).unref();
    return () => {
      end();
      this.clear();
      if (!this.#waits.isEmpty || this.#timer === null) return;
      clearInterval(this.#timer);
      this.#timer = null;
    };
  }

  draw(): void {
    const wait = this.#waits.newest();
    if (wait === null) return;
    const line = shown(`${wait.what} … ${Math.floor(wait.waitedMs / 1_000)} s`);
    this.#write(`${ERASE}${line.slice(0, WIDEST_LINE)}`);
    this.#isShown = true;
  }

  clear(): void {
    if (!this.#isShown) return;
    this.#write(ERASE);
    this.#isShown = false;
  }
}

const STAGES: Readonly<Record<string, string>> = {
  lock: "waiting for another run to end",
  facts: "asking IMDS what this machine is",
  fetch: "fetching secrets",
  validate: "validating the new files",
  units: "reloading and restarting units",
  health: "checking the services' health",
};

/** What a stage of the report is called while it lasts. */
export function describeStage(name: string): string {
  return STAGES[name] ?? name;
}
