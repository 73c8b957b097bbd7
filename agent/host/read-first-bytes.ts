// Reads the first bytes of a plain file, which say what it is. Follows no symlink at its name, and waits for no writer of a pipe.

import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { attempt } from "./attempt.ts";

/** As many as the kernel reads of a program (BINPRM_BUF_SIZE). */
const HEAD_BYTES = 256;

/** Null: there is none, or none that can be read. */
export function readFirstBytes(path: string): Buffer | null {
  return attempt(null, () => {
    const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY);
    try {
      if (!fstatSync(fd).isFile()) return null;
      const head = Buffer.alloc(HEAD_BYTES);
      return head.subarray(0, readSync(fd, head, 0, head.length, 0));
    } finally {
      closeSync(fd);
    }
  });
}
