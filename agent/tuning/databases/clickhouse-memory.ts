// How ClickHouse's memory is divided: small caches up to 8 GB, those of the defaults from 32 GB on, and the rest for queries.

import { numberOption, optionalNumber } from "../profile/read-option.ts";
import type { Options } from "../profile/profile.ts";
import { GIB, MIB } from "../../size.ts";

/** The default of both caches of marks. */
export const MOST_MARKS_BYTES = 5 * GIB;

/** What Altinity advises for 4 and 8 GB. */
export const LEAST_MARKS_BYTES = 256 * MIB;
export const LEAST_INDEX_MARKS_BYTES = 64 * MIB;

/** What the buffers of a small query take. */
const SMALL_QUERY_BYTES = 64 * MIB;

/** Altinity's for 4 and 8 GB. */
export const LEAST_QUERIES = 8;

/** "As low as 2 GB." */
const LEAST_BYTES = 2_000_000_000;

/** Kept from the server: ClickHouse's tenth from 20 GB on, Altinity's quarter up to 8 GB, and as much as there in between. */
export const KEPT_BYTES = 2_000_000_000;

/** What the server has of 8 GB. From here on the caches grow, so that with the 32 GB that ClickHouse advises they have their defaults. */
const GROWTH_FROM_BYTES = 6_000_000_000;

export interface Split {
  /** What the server may take: the parts below, and a few bytes. */
  readonly serverBytes: number;
  readonly marksBytes: number;
  readonly indexMarksBytes: number;
  readonly uncompressedBytes: number;
  /** For the queries and merges, all together. */
  readonly queriesBytes: number;
  /** A sixteenth of what the server has beyond what small caches are for. */
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

/** The inverse. */
function memoryFor(serverBytes: number, limitPercent: number | null): number {
  if (limitPercent !== null) return Math.ceil((serverBytes * 100) / limitPercent);
  const withQuarter = Math.ceil((serverBytes * 4) / 3);
  return Math.max(Math.ceil((serverBytes * 10) / 9), Math.min(withQuarter, serverBytes + KEPT_BYTES));
}

/** Of what there is beyond small caches, four sixteenths go to marks, one to those of indices, and the others to queries. */
export function splitMemory(memoryBytes: number, options: Options): Split {
  const serverBytes = serverOf(memoryBytes, optionalNumber(options, "limitPercent"));
  const least = leastOf(options);
  const growthFromBytes = Math.max(GROWTH_FROM_BYTES, sumOf(least));
  // Whole sixteenths: with parts that are rounded one by one, another byte of memory could take one from the queries.
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
