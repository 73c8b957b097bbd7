// Compressed chunks → what they were made of.

import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Gunzip, InflateRaw, ZstdDecompress } from "node:zlib";
import type { Chunks } from "./chunk-reader.ts";

/** Ends the stream too where its reader has seen enough. @throws Error where they are damaged */
export async function* expand(chunks: Chunks, stream: Gunzip | InflateRaw | ZstdDecompress): Chunks {
  const source = Readable.from(chunks);
  const done = pipeline(source, stream).catch(() => undefined);
  try {
    for await (const chunk of stream) yield chunk as Buffer;
  } finally {
    source.destroy();
    stream.destroy();
    await done;
  }
}
