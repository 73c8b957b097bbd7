// How wide a terminal is.

import { constants, openSync } from "node:fs";
import { WriteStream } from "node:tty";

/** Null: it does not say, as one that is a serial line, or it is another user's. */
export function readColumns(fd: number): number | null {
  try {
    // Opened again, because a stream closes what it is given.
    const own = openSync(`/proc/self/fd/${fd}`, constants.O_RDWR | constants.O_NOCTTY);
    const stream = new WriteStream(own);
    const { columns } = stream;
    stream.destroy();
    return columns > 0 ? columns : null;
  } catch {
    return null;
  }
}
