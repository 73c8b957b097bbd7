// Random numbers that are the same in every run of one seed.

import { createHash } from "node:crypto";

/** In [0, 1): mulberry32, which is plenty for waits. Each instance has a sequence of its own. */
export function createRandom(seed: number, instance: number): () => number {
  let state = createHash("sha256").update(`${seed} ${instance}`).digest().readUInt32LE();
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
