// Sizes the buffer pool of a MySQL or MariaDB: by MySQL's table, in whole chunks.

import { GIB, MIB } from "../../size.ts";

/** MySQL's default, which is also its rule below 1 GiB; and the pool's least, if even that does not fit. */
export const DEFAULT_POOL_BYTES = 128 * MIB;
export const LEAST_POOL_BYTES = 32 * MIB;

/**
 * MySQL's table: from this much memory on (or above it), this share of it. The table jumps there. Below 1 GiB it rises
 * evenly instead, from a quarter of 512 MiB to a half: its 128M would be a sixth of what a t3.micro has for a database.
 */
const HALF_FROM_BYTES = GIB;
const SLOPE_START_BYTES = 256 * MIB;
export const THREE_QUARTERS_ABOVE_BYTES = 4 * GIB;

/**
 * The manual sees trouble above 1,000 chunks (innodb-buffer-pool-resize), and each instance has whole ones: a pool of
 * several instances has 64, which divide among any number of them, a smaller one chunks of 1 or 2 MiB.
 */
const CHUNKS = 64;
const SEVERAL_INSTANCES_BYTES = GIB;

/** The pool by MySQL's table, before anything else is considered. */
export function poolByTable(memoryBytes: number): number {
  if (memoryBytes < HALF_FROM_BYTES) return Math.max(DEFAULT_POOL_BYTES, (memoryBytes * 3) / 4 - SLOPE_START_BYTES);
  return memoryBytes <= THREE_QUARTERS_ABOVE_BYTES ? memoryBytes / 2 : (memoryBytes * 3) / 4;
}

// In steps that do not depend on the CPUs. InnoDB would round up to whole chunks of each instance, beyond the share.
export function roundPool(poolBytes: number): number {
  const step = poolStep(poolBytes);
  return Math.floor(poolBytes / step) * step;
}

/** The pool is a multiple of it. */
export function poolStep(poolBytes: number): number {
  return poolBytes < SEVERAL_INSTANCES_BYTES ? smallChunk(poolBytes) : CHUNKS * MIB;
}

/** How many chunks the pool has; fewer if an option gave a pool that they would not divide. */
export function chunksOf(poolBytes: number): number {
  const most = poolBytes < SEVERAL_INSTANCES_BYTES ? Math.floor(poolBytes / smallChunk(poolBytes)) : CHUNKS;
  let chunks = most;
  while (poolBytes % (chunks * MIB) !== 0) chunks = Math.floor(chunks / 2);
  return chunks;
}

function smallChunk(poolBytes: number): number {
  return poolBytes < SEVERAL_INSTANCES_BYTES / 2 ? MIB : 2 * MIB;
}
