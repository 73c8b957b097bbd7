// The form of the asset that holds the carried files: the length of an index, the index, and each file's compressed bytes one
// after another. Pure; the build writes it, carried.ts reads it.

export interface Archive {
  readonly entries: ReadonlyMap<string, { readonly at: number; readonly bytes: number }>;
  /** Where the entries' places are counted from. */
  readonly bodies: Buffer;
}

const LENGTH_BYTES = 4;

/** @param compressed by path */
export function formatArchive(compressed: Readonly<Record<string, Buffer>>): Buffer {
  const lengths = Object.entries(compressed).map(([path, { length }]) => [path, length] as const);
  const index = Buffer.from(JSON.stringify(lengths));
  const head = Buffer.alloc(LENGTH_BYTES);
  head.writeUInt32LE(index.length);
  return Buffer.concat([head, index, ...Object.values(compressed)]);
}

export function parseArchive(archive: Buffer): Archive {
  const bodiesAt = LENGTH_BYTES + archive.readUInt32LE();
  const lengths = JSON.parse(archive.toString("utf8", LENGTH_BYTES, bodiesAt)) as [path: string, bytes: number][];
  const entries = new Map<string, { at: number; bytes: number }>();
  let at = 0;
  for (const [path, bytes] of lengths) {
    entries.set(path, { at, bytes });
    at += bytes;
  }
  return { entries, bodies: archive.subarray(bodiesAt) };
}
