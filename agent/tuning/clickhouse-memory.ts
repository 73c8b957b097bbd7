// How ClickHouse's memory is divided: caches in full from 16 GB on, in proportion below, and at least half for queries.

import { numberOption, optionalNumber } from "./read-option.ts";
import type { Options } from "./setting.ts";
import { GIB, MIB } from "./size.ts";

/** The default of both caches of marks. */
export const MOST_MARKS_BYTES = 5 * GIB;

/** The least that the documentation allows. */
export const LEAST_MARKS_BYTES = 500_000_000;
export const LEAST_INDEX_MARKS_BYTES = 64 * MIB;

/** What the buffers of a small query take. */
export const QUERY_BYTES = 64 * MIB;
const LEAST_QUERIES = 8;

/** "As low as 2 GB." */
const LEAST_BYTES = 2_000_000_000;

export interface Split {
  /** What the server may take: the parts below, and a few bytes. */
  readonly serverBytes: number;
  readonly marksBytes: number;
  readonly indexMarksBytes: number;
  readonly uncompressedBytes: number;
  /** For the queries and merges, all together. */
  readonly queriesBytes: number;
  /** An eighth of what is there beyond the least of each part. */
  readonly eighthBytes: number;
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
    queriesBytes: Math.max(queries * QUERY_BYTES, optionalNumber(options, "max_memory_usage") ?? 0),
  };
}

function sumOf({ marksBytes, indexMarksBytes, uncompressedBytes, queriesBytes }: Least): number {
  return marksBytes + indexMarksBytes + uncompressedBytes + queriesBytes;
}

export function leastServerBytes(options: Options): number {
  const serverBytes = sumOf(leastOf(options));
  return Math.max(LEAST_BYTES, Math.ceil((serverBytes * 100) / numberOption(options, "limitPercent")));
}

/** Three eighths of the rest go to marks, one to those of indices, four to queries, with what the caches have no use for. */
export function splitMemory(memoryBytes: number, options: Options): Split {
  const serverBytes = Math.floor((memoryBytes * numberOption(options, "limitPercent")) / 100);
  const least = leastOf(options);
  // Whole eighths: with parts that are rounded one by one, another byte of memory could take one from the queries.
  const eighthBytes = Math.floor((serverBytes - sumOf(least)) / 8);
  const marksBytes =
    optionalNumber(options, "mark_cache_size") ?? Math.min(least.marksBytes + 3 * eighthBytes, MOST_MARKS_BYTES);
  const indexMarksBytes =
    optionalNumber(options, "index_mark_cache_size") ?? Math.min(least.indexMarksBytes + eighthBytes, MOST_MARKS_BYTES);
  const takenBytes = marksBytes - least.marksBytes + indexMarksBytes - least.indexMarksBytes;
  const queriesBytes = least.queriesBytes + 8 * eighthBytes - takenBytes;
  const { uncompressedBytes } = least;
  return { serverBytes, marksBytes, indexMarksBytes, uncompressedBytes, queriesBytes, eighthBytes };
}
