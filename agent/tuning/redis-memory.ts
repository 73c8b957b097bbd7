// What a Redis or Valkey takes for so much of data: the memory beside it, and what is there twice while it saves.

import { booleanOption, numberOption } from "./read-option.ts";
import type { Options } from "./setting.ts";
import { MIB } from "./size.ts";

/** 12 MiB measured with 64 threads, binary included. */
export const BASE_BYTES = 16 * MIB;

/** Below it there is no use in a server. */
export const LEAST_MAXMEMORY_BYTES = 16 * MIB;

/** 3 % measured with jemalloc after random writes. */
const FRAGMENTATION_PERCENT = 5;

/** Of maxmemory, and beside it: what reads produce comes on top of data that fill it. The example of redis.conf. */
export const CLIENTS_PERCENT = 5;

/** The servers' own limit of a replica's buffer; a small share has less. */
export const MOST_REPLICA_BYTES = 256 * MIB;
const REPLICA_PART = 32;

/** Of maxmemory, itself included. */
export function wholePercent(options: Options): number {
  const rewritten = booleanOption(options, "persistence") ? numberOption(options, "rewrittenPercent") : 0;
  return 100 + FRAGMENTATION_PERCENT + CLIENTS_PERCENT + rewritten;
}

/** The inverse of what the share bears. */
export function memoryFor(maxmemoryBytes: number, options: Options): number {
  const neededBytes = (maxmemoryBytes * wholePercent(options)) / 100 + BASE_BYTES;
  const withPart = (neededBytes * REPLICA_PART) / (REPLICA_PART - 1);
  return Math.ceil(Math.min(withPart, neededBytes + MOST_REPLICA_BYTES));
}

export function replicaBytes(memoryBytes: number): number {
  return Math.min(memoryBytes / REPLICA_PART, MOST_REPLICA_BYTES);
}
