// Lines and runs of bytes out of pieces that may be cut anywhere. Pure.

import { HttpTrouble } from "./http-trouble.ts";

type Overflow = Parameters<typeof HttpTrouble.malformed>[0];

const [LINE_END, LF] = ["\r\n", 0x0a];

export class ByteReader {
  #piece: Buffer = Buffer.alloc(0);
  #at = 0;
  /** The line that has begun. */
  #line = "";
  #lineBytes = 0;
  #overflow: Overflow = "HPE_HEADER_OVERFLOW";

  /** The next piece: of the last one all that is needed is read. */
  give(piece: Buffer): void {
    [this.#piece, this.#at] = [piece, 0];
  }

  get isEmpty(): boolean {
    return this.#at === this.#piece.length;
  }

  /** The lines from here on may have so many bytes together, their ends too. @param overflow what it is called where they have more */
  allowLines(bytes: number, overflow: Overflow): void {
    [this.#lineBytes, this.#overflow] = [bytes + LINE_END.length, overflow];
  }

  /** Without its end, CRLF; null: that has not come. @throws HttpTrouble where it is too long or has another end */
  takeLine(): string | null {
    const found = this.#piece.indexOf(LF, this.#at);
    const end = found < 0 ? this.#piece.length : found + 1;
    this.#lineBytes -= end - this.#at;
    if (this.#lineBytes < 0) throw HttpTrouble.malformed(this.#overflow);
    const line = this.#line + this.#piece.toString("latin1", this.#at, end);
    this.#at = end;
    this.#line = found < 0 ? line : "";
    if (found < 0) return null;
    if (line.endsWith(LINE_END)) return line.slice(0, -LINE_END.length);
    throw HttpTrouble.malformed("HPE_CR_EXPECTED");
  }

  /** What there is of a line whose end has not come. */
  get begunLine(): string {
    return this.#line;
  }

  /** As many as there are, and no more than that: the piece's own, no copy. */
  takeBytes(most: number): Buffer {
    const begin = this.#at;
    this.#at = Math.min(this.#piece.length, begin + most);
    return this.#piece.subarray(begin, this.#at);
  }

  /** Nothing is left but line ends. */
  get isBlank(): boolean {
    return this.#piece.subarray(this.#at).every((byte) => byte === LF || byte === 0x0d);
  }
}
