// Bytes that come in chunks, read in the pieces that a format has.

/** Where bytes come from, one chunk after another. */
export type Chunks = AsyncIterable<Uint8Array>;

export class ChunkReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(chunks: Chunks) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** That many bytes, or as many as there are. */
  async read(count: number): Promise<Buffer> {
    const parts: Uint8Array[] = [];
    for await (const part of this.part(count)) parts.push(part);
    return Buffer.concat(parts);
  }

  /** The next `count` bytes as they come; whatever the caller leaves of them is still there. */
  async *part(count: number): Chunks {
    for (let left = count; left > 0;) {
      if (this.#rest.length === 0 && !(await this.#fill())) return;
      const piece = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(piece.length);
      left -= piece.length;
      yield piece;
    }
  }

  async skip(count: number): Promise<void> {
    for await (const _ of this.part(count));
  }

  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  async #fill(): Promise<boolean> {
    const { value, done } = await this.#chunks.next();
    if (done) return false;
    this.#rest = value;
    return true;
  }
}
