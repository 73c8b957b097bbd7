// The body of an HTTP answer, as its pieces come: never longer than it may be. What it holds may be a secret, so no copy of it stays
// behind.

import { HttpTrouble } from "./http-trouble.ts";

export class AnswerBody {
  readonly #mostBytes: number;
  readonly #pieces: Buffer[] = [];
  #sizeBytes = 0;

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  /** @throws HttpTrouble where so much more is too much */
  expect(bytes: number): void {
    if (this.#sizeBytes + bytes > this.#mostBytes)
      throw HttpTrouble.of("TOO_LARGE", `more than ${this.#mostBytes / 1024} KiB`);
  }

  /** @throws HttpTrouble where it is too much */
  add(piece: Buffer): void {
    this.expect(piece.length);
    this.#sizeBytes += piece.length;
    this.#pieces.push(piece);
  }

  /** The whole, in one place. */
  take(): Buffer {
    const whole = Buffer.concat(this.#pieces);
    this.erase();
    return whole;
  }

  erase(): void {
    for (const piece of this.#pieces.splice(0)) piece.fill(0);
  }
}
