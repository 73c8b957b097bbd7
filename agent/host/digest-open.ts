// The size and digest of an open file, from its beginning, in the memory of a single piece of it.

import { createHash } from "node:crypto";
import { readSync } from "node:fs";

const PIECE_BYTES = 256 * 1024;

interface Digested {
  readonly sizeBytes: number;
  /** In hexadecimal. */
  readonly digest: string;
}

/** @param algorithm as OpenSSL names it */
export function digestOpen(fd: number, algorithm = "sha256"): Digested {
  const hash = createHash(algorithm);
  const piece = Buffer.allocUnsafe(PIECE_BYTES);
  let sizeBytes = 0;
  for (;;) {
    const got = readSync(fd, piece, 0, piece.length, sizeBytes);
    if (got === 0) return { sizeBytes, digest: hash.digest("hex") };
    hash.update(piece.subarray(0, got));
    sizeBytes += got;
  }
}
