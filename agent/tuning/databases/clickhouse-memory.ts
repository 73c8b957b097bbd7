// Divides ClickHouse's memory: small caches up to 8 GB, the default caches from 32 GB on, and the rest for queries.

import { GIB, MIB } from "../../size.ts";
import type { Options } from "../profile/profile.ts";
import { numberOption, optionalNumber } from "../profile/read-option.ts";

export const SERVER = "clickhouse.com, server settings";
export const LOW_MEMORY = "kb.altinity.com, configure ClickHouse for low memory environments";

/** The default of both caches of marks. */
export const MOST_MARKS_BYTES = 5 * GIB;

/** Altinity's advice for 4 and 8 GB. */
export const LEAST_MARKS_BYTES = 256 * MIB;
export const LEAST_INDEX_MARKS_BYTES = 64 * MIB;

/** A small query's buffers. */
const SMALL_QUERY_BYTES = 64 * MIB;

/** Altinity's for 4 and 8 GB. */
export const LEAST_QUERIES = 8;

/** "As low as 2 GB." */
const LEAST_BYTES = 2_000_000_000;

/** The server leaves alone Altinity's quarter up to 8 GB, ClickHouse's tenth from 20 GB on, and this much in between. */
export const KEPT_BYTES = 2_000_000_000;

/** What the server gets of 8 GB. From here on the caches grow, up to their defaults at the 32 GB that ClickHouse advises. */
const GROWTH_FROM_BYTES = 6_000_000_000;

export interface Split {
  /** What the server may take: the parts below, and the few bytes that do not divide. */
  readonly serverBytes: number;
  readonly marksBytes: number;
  readonly indexMarksBytes: number;
  readonly uncompressedBytes: number;
  /** For all queries and merges together. */
  readonly queriesBytes: number;
  /** A sixteenth of the server's memory beyond what small caches are for. */
  readonly sixteenthBytes: number;
}

interface Least {
  readonly marksBytes: number;
  readonly indexMarksBytes: number;
  readonly uncompressedBytes: number;
  readonly queriesBytes: number;
}

function leastOf(options: Options): Least {
  const queries = optionalNumber(options, "max_concurrent_queries") ?? LEAST_QUERIES;
  return {
    marksBytes: optionalNumber(options, "mark_cache_size") ?? LEAST_MARKS_BYTES,
    indexMarksBytes: optionalNumber(options, "index_mark_cache_size") ?? LEAST_INDEX_MARKS_BYTES,
    uncompressedBytes: numberOption(options, "uncompressed_cache_size"),
    queriesBytes: Math.max(queries * SMALL_QUERY_BYTES, optionalNumber(options, "max_memory_usage") ?? 0),
  };
}

function sumOf({ marksBytes, indexMarksBytes, uncompressedBytes, queriesBytes }: Least): number {
  return marksBytes + indexMarksBytes + uncompressedBytes + queriesBytes;
}

export function leastServerBytes(options: Options): number {
  return Math.max(LEAST_BYTES, memoryFor(sumOf(leastOf(options)), optionalNumber(options, "limitPercent")));
}

function serverOf(memoryBytes: number, limitPercent: number | null): number {
  if (limitPercent !== null) return Math.floor((memoryBytes * limitPercent) / 100);
  const mostBytes = Math.floor((memoryBytes * 9) / 10);
  return Math.min(mostBytes, Math.max(Math.floor((memoryBytes * 3) / 4), memoryBytes - KEPT_BYTES));
}

/** The share that leaves the server so much: the inverse of the above. */
function memoryFor(serverBytes: number, limitPercent: number | null): number {
  if (limitPercent !== null) return Math.ceil((serverBytes * 100) / limitPercent);
  const withQuarter = Math.ceil((serverBytes * 4) / 3);
  return Math.max(Math.ceil((serverBytes * 10) / 9), Math.min(withQuarter, serverBytes + KEPT_BYTES));
}

/** Of the memory beyond small caches, four sixteenths go to marks, one to marks of indices, and the others to queries. */
export function splitMemory(memoryBytes: number, options: Options): Split {
  const serverBytes = serverOf(memoryBytes, optionalNumber(options, "limitPercent"));
  const least = leastOf(options);
  const growthFromBytes = Math.max(GROWTH_FROM_BYTES, sumOf(least));
  // Whole sixteenths: if each part were rounded by itself, another byte of memory could take one from the queries.
  const sixteenthBytes = Math.floor(Math.max(0, serverBytes - growthFromBytes) / 16);
  const marksBytes =
    optionalNumber(options, "mark_cache_size") ?? Math.min(least.marksBytes + 4 * sixteenthBytes, MOST_MARKS_BYTES);
  const indexMarksBytes =
    optionalNumber(options, "index_mark_cache_size") ??
    Math.min(least.indexMarksBytes + sixteenthBytes, MOST_MARKS_BYTES);
  const grownBytes = marksBytes - least.marksBytes + indexMarksBytes - least.indexMarksBytes;
  const beforeBytes = least.queriesBytes + Math.min(serverBytes, growthFromBytes) - sumOf(least);
  const queriesBytes = beforeBytes + 16 * sixteenthBytes - grownBytes;
  return {
    serverBytes,
    marksBytes,
    indexMarksBytes,
    uncompressedBytes: least.uncompressedBytes,
    queriesBytes,
    sixteenthBytes,
  };
}
