// One line at the bottom of a terminal that says what a run waits for, once the wait is longer than a second. Never written
// to anything but a terminal, so never in a log.

import { shown } from "../shown.ts";

export interface Progress {
  /** Announces a wait; the returned function ends it. Of several waits the newest is shown. A function says how far it is. */
  begin(what: string | (() => string)): () => void;
  /** Removes the line, so that other output can take its place. */
  clear(): void;
}

export const NO_PROGRESS: Progress = { begin: () => () => {}, clear() {} };

/** `what` while `work` lasts. */
export async function showing<T>(
  progress: Progress,
  what: string | (() => string),
  work: () => T | Promise<T>,
): Promise<T> {
  const end = progress.begin(what);
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

export class TerminalProgress implements Progress {
  readonly #write: (text: string) => void;
  readonly #nowMs: () => number;
  #waits: readonly { readonly what: string | (() => string); readonly startMs: number }[] = [];
  #timer: NodeJS.Timeout | null = null;
  #isShown = false;

  constructor(write: (text: string) => void, nowMs = () => performance.now()) {
    this.#write = write;
    this.#nowMs = nowMs;
  }

  begin(what: string | (() => string)): () => void {
    const wait = { what, startMs: this.#nowMs() };
    this.#waits = [...this.#waits, wait];
    this.#timer ??= setInterval(() => this.draw(), REDRAW_MS).unref();
    return () => {
      this.#waits = this.#waits.filter((other) => other !== wait);
      this.clear();
      if (this.#waits.length > 0 || this.#timer === null) return;
      clearInterval(this.#timer);
      this.#timer = null;
    };
  }

  draw(): void {
    const wait = this.#waits.at(-1);
    if (!wait) return;
    const waitedMs = this.#nowMs() - wait.startMs;
    if (waitedMs < PATIENCE_MS) return;
    const what = typeof wait.what === "string" ? wait.what : wait.what();
    const line = shown(`${what} … ${Math.floor(waitedMs / 1_000)} s`);
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
