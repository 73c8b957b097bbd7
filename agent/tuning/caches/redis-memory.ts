// What a Redis or Valkey takes for so much of data: the memory beside it, and what is there twice while it saves.

import { booleanOption, numberOption } from "../profile/read-option.ts";
import type { Options } from "../profile/profile.ts";
import { MIB } from "../../size.ts";

/** Measured with 64 threads, binary included. */
export const BASE_BYTES = 12 * MIB;

/** Below it there is no use in a server. */
export const LEAST_MAXMEMORY_BYTES = 16 * MIB;

/** 3 % measured with jemalloc after random writes. */
const FRAGMENTATION_PERCENT = 5;

/** Of maxmemory, and beside it: what reads produce comes on top of data that fill it. The example of redis.conf. */
export const CLIENTS_PERCENT = 5;

/**
 * Of maxmemory, and beside it: what a replica has still to get. ElastiCache's for every node type, hard limit and soft: the
 * servers' own 64 MiB for 60 s ends the first copy of a larger busy server again and again, and is all that a small one has.
 */
export const REPLICA_PERCENT = 10;

/** Of maxmemory, itself included. A replica's buffer lies in the backlog, and so in maxmemory, as far as that goes. */
export function wholePercent(options: Options): number {
  const rewritten = booleanOption(options, "persistence") ? numberOption(options, "rewrittenPercent") : 0;
  return 100 + FRAGMENTATION_PERCENT + CLIENTS_PERCENT + REPLICA_PERCENT + rewritten;
}

/** The inverse of what the share bears. */
export function memoryFor(maxmemoryBytes: number, options: Options): number {
  return Math.ceil((maxmemoryBytes * wholePercent(options)) / 100) + BASE_BYTES;
}
