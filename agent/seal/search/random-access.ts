// Bytes that can be read at any place: of an open file, or of a member of an archive that was small enough to be kept.

import { readSync } from "node:fs";
import type { Chunks } from "./chunk-reader.ts";

export interface RandomAccess {
  readonly size: number;
  /** As many bytes as there are there, up to `count`. */
  readonly read: (at: number, count: number) => Buffer;
}

const CHUNK_BYTES = 256 * 1024;

export function accessFile(fd: number, size: number): RandomAccess {
  return {
    size,
    read(at, count) {
      const buffer = Buffer.allocUnsafe(Math.max(0, Math.min(count, size - at)));
      return buffer.subarray(0, readSync(fd, buffer, 0, buffer.length, at));
    },
  };
}

export function accessBuffer(bytes: Buffer): RandomAccess {
  return { size: bytes.length, read: (at, count) => bytes.subarray(at, at + count) };
}

export async function* chunksOf({ read, size }: RandomAccess, from = 0, until = size): Chunks {
  for (let at = from; at < until;) {
    const chunk = read(at, Math.min(CHUNK_BYTES, until - at));
    if (chunk.length === 0) return;
    at += chunk.length;
    yield chunk;
  }
}
