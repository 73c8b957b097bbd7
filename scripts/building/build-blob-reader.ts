// Reads numbers, texts and lists one after another as Node writes them into its blobs (src/blob_serializer_deserializer-inl.h).
// Never beyond the end.

/** Of a size_t, on both architectures. */
export const WORD_BYTES = 8;

export class BlobReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** Where the next one begins. */
  get at(): number {
    return this.#at;
  }

  readUint32(): number {
    return this.#take(4).readUInt32LE();
  }

  /** A length or a count. @throws Error where it is more than there is */
  readWord(): number {
    const from = this.#at;
    const value = this.#take(WORD_BYTES).readBigUInt64LE();
    if (value > BigInt(this.#bytes.length)) throw new Error(`byte ${from} begins no length: ${value}`);
    return Number(value);
  }

  readBytes(): Buffer {
    return this.#take(this.readWord());
  }

  readText(): string {
    return this.readBytes().toString("latin1");
  }

  readList<Item>(readItem: () => Item): Item[] {
    return Array.from({ length: this.readWord() }, readItem);
  }

  skip(bytes: number): void {
    this.#take(bytes);
  }

  /** @throws Error unless everything has been read */
  end(): void {
    const left = this.#bytes.length - this.#at;
    if (left > 0) throw new Error(`${left} bytes are left over`);
  }

  #take(bytes: number): Buffer {
    const taken = this.#bytes.subarray(this.#at, this.#at + bytes);
    if (taken.length < bytes) throw new Error(`byte ${this.#at} begins ${bytes} bytes, and there are ${taken.length}`);
    this.#at += bytes;
    return taken;
  }
}
