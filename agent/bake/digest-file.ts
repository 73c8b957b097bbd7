// The size and SHA-256 of a file of an image, in the memory of a single piece of it. Never waits for the writer of a pipe.

import { createHash } from "node:crypto";
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { resolveInRoot } from "../host/resolve-in-root.ts";
import { systemError } from "../host/walk.ts";

const PIECE_BYTES = 1024 * 1024;

/** @throws the system's own error where it can't be read, or is no plain file */
export function digestFile(root: string, path: string): { readonly sizeBytes: number; readonly sha256: string } {
  const fd = openSync(resolveInRoot(root, path), constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  try {
    if (!fstatSync(fd).isFile()) throw systemError("ENXIO");
    const hash = createHash("sha256");
    const piece = Buffer.allocUnsafe(PIECE_BYTES);
    let sizeBytes = 0;
    for (let got = readSync(fd, piece); got > 0; got = readSync(fd, piece)) {
      hash.update(piece.subarray(0, got));
      sizeBytes += got;
    }
    return { sizeBytes, sha256: hash.digest("hex") };
  } finally {
    closeSync(fd);
  }
}
