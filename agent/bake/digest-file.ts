// The size and SHA-256 of a file of an image. Never waits for the writer of a pipe.

import { closeSync, constants, fstatSync, openSync } from "node:fs";
import { digestOpen } from "../host/digest-open.ts";
import { resolveInRoot } from "../host/resolve-in-root.ts";
import { systemError } from "../host/walk.ts";
import type { BakedInput } from "./manifest.ts";

/** @throws the system's own error where it can't be read, or is no plain file */
export function digestFile(root: string, path: string): Pick<BakedInput, "sizeBytes" | "sha256"> {
  const fd = openSync(resolveInRoot(root, path), constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  try {
    if (!fstatSync(fd).isFile()) throw systemError("ENXIO");
    const { sizeBytes, digest } = digestOpen(fd);
    return { sizeBytes, sha256: digest };
  } finally {
    closeSync(fd);
  }
}
