// What Redis and Valkey take beside their data, and what exists twice while they save.

import { MIB } from "../../size.ts";
import type { Options } from "../profile/profile.ts";
import { booleanOption, numberOption } from "../profile/read-option.ts";

/** Measured with 64 threads, binary included. */
export const BASE_BYTES = 12 * MIB;

/** A smaller server would be of no use. */
export const LEAST_MAXMEMORY_BYTES = 16 * MIB;

/** 3 % measured with jemalloc after random writes. */
const FRAGMENTATION_PERCENT = 5;

/** Of maxmemory, and beside it: replies come on top of data that fill it. redis.conf's example. */
export const CLIENTS_PERCENT = 5;

/**
 * Of maxmemory, and beside it: what is queued for a replica. ElastiCache's for every node type, as the hard and the soft
 * limit: the servers' own soft limit of 64 MiB for 60 s interrupts the first copy of a larger busy server again and again.
 */
export const REPLICA_PERCENT = 10;

/**
 * In percent of maxmemory, itself included. As far as the backlog reaches, it holds a replica's buffer inside of maxmemory.
 */
export function wholePercent(options: Options): number {
  const rewritten = booleanOption(options, "persistence") ? numberOption(options, "rewrittenPercent") : 0;
  return 100 + FRAGMENTATION_PERCENT + CLIENTS_PERCENT + REPLICA_PERCENT + rewritten;
}

/** The share that bears so much maxmemory. */
export function memoryFor(maxmemoryBytes: number, options: Options): number {
  return Math.ceil((maxmemoryBytes * wholePercent(options)) / 100) + BASE_BYTES;
}
