// The two places where words go. Written at once and whole: there is no stream to open at the start, which costs a boot
// milliseconds, and nothing to wait for at the end.

import { writeSync } from "node:fs";
import { isatty } from "node:tty";

// A reader that is slow fills a pipe that its owner has made non-blocking; how long to let it read.
const PAUSE_MS = 5;

export class Output {
  readonly isTerminal: boolean;
  readonly #fd: number;
  #isClosed = false;
  #isLost = false;

  constructor(fd: number) {
    this.#fd = fd;
    this.isTerminal = isatty(fd);
  }

  /** Whether something went nowhere that somebody still wants: a full disk, not a pipe that its reader has closed. */
  get isLost(): boolean {
    return this.#isLost;
  }

  // A reader that has seen enough (`| head`) must not end a run half-way: the run goes on and its words are dropped.
  write(text: string): void {
    const bytes = Buffer.from(text);
    for (let sent = 0; sent < bytes.length && !this.#isClosed;) sent += this.#writeSome(bytes, sent);
  }

  #writeSome(bytes: Buffer, offset: number): number {
    try {
      return writeSync(this.#fd, bytes, offset);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EAGAIN") Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
      else {
        this.#isClosed = true;
        this.#isLost = code !== "EPIPE";
      }
      return 0;
    }
  }
}
