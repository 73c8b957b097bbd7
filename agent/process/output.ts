// stdout and stderr. Writes at once, without a stream, whose opening would cost a boot milliseconds. Keeps what a reader does not
// take yet, so that a run waits for its reader only after all else is done.

import { writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { isatty } from "node:tty";
import type { Deadline } from "../deadline.ts";
import { withoutBlocking, type NonBlocking } from "./non-blocking.ts";
import { readColumns } from "./terminal.ts";

const PAUSE_MS = 5;
/** How long a reader may take for what a run writes after its deadline. */
const LAST_WORDS_MS = 1_000;

export class Output {
  readonly isTerminal: boolean;
  readonly #fd: number;
  #opened: NonBlocking | null = null;
  #waiting: Buffer[] = [];
  #isClosed = false;
  #isLost = false;

  constructor(fd: number) {
    this.#fd = fd;
    this.isTerminal = isatty(fd);
  }

  /** Whether output was lost that somebody still wants: on a full disk, not in a pipe that its reader has closed. */
  get isLost(): boolean {
    return this.#isLost;
  }

  // A reader that has seen enough (`| head`) must not end a run half-way: the run goes on, and its output is dropped.
  write(content: string | Buffer): void {
    if (this.#isClosed || content.length === 0) return;
    this.#waiting.push(typeof content === "string" ? Buffer.from(content) : content);
    this.flush();
  }

  /** Writes as much as the reader takes now. @returns how many bytes that was */
  flush(): number {
    let sentBytes = 0;
    for (let next = this.#waiting[0]; next !== undefined && !this.#isClosed; next = this.#waiting[0]) {
      const bytes = this.#writeSome(next);
      sentBytes += bytes;
      if (bytes === next.length) this.#waiting.shift();
      else if (bytes > 0) this.#waiting[0] = next.subarray(bytes);
      else break;
    }
    return sentBytes;
  }

  /** Null: it is no terminal, or one that does not say. */
  readColumns(): number | null {
    return this.isTerminal ? readColumns(this.#fd) : null;
  }

  /** Gives the reader until `end`, and as long again whenever it takes something; then drops the rest. */
  async finish(end: Deadline | null, stop: AbortSignal): Promise<void> {
    const patienceMs = Math.max(LAST_WORDS_MS, end?.remainingMs() ?? 0);
    let lastMs = performance.now();
    while (!this.#isClosed && this.#waiting.length > 0) {
      if (this.flush() > 0) lastMs = performance.now();
      else if (stop.aborted || performance.now() - lastMs > patienceMs) this.#close(true);
      else await sleep(PAUSE_MS);
    }
  }

  giveBack(): void {
    this.#opened?.giveBack();
  }

  #writeSome(bytes: Buffer): number {
    try {
      this.#opened ??= withoutBlocking(this.#fd, this.isTerminal);
      return writeSync(this.#opened.fd, bytes);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== "EAGAIN") this.#close(code !== "EPIPE");
      return 0;
    }
  }

  #close(isLost: boolean): void {
    this.#isClosed = true;
    this.#isLost = isLost;
    this.#waiting = [];
  }
}
