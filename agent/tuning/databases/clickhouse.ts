// Tunes ClickHouse: the server's limit, its caches, and queries and merges that fit into what the caches leave.

import { TIB } from "../../size.ts";
import { byGiven, bytes, count, type Reason } from "../profile/build-setting.ts";
import type { Allotment, OptionRule, OptionRules, Options, Profile, Setting, Settings } from "../profile/profile.ts";
import { optionalNumber } from "../profile/read-option.ts";
import {
  KEPT_BYTES,
  LEAST_INDEX_MARKS_BYTES,
  LEAST_MARKS_BYTES,
  leastServerBytes,
  LOW_MEMORY,
  MOST_MARKS_BYTES,
  SERVER,
  type Split,
  splitMemory,
} from "./clickhouse-memory.ts";
import { LEAST_POOL, tuneMerges } from "./clickhouse-merges.ts";
import { tuneQueries, tuneThreads } from "./clickhouse-queries.ts";

const TIPS = "clickhouse.com, usage recommendations, less than 16GB of RAM";

/** With less memory the defaults are too large. */
const USUAL_BYTES = 16_000_000_000;

/** "A minimum of 4GB of RAM to perform non-trivial queries": one query's part of that. */
const LEAST_USEFUL_QUERY_BYTES = 1_000_000_000;

const THREADS_PER_CPU = 2;

const size = (about: string): OptionRule => ({ kind: "size", default: null, min: 1, max: 16 * TIB, about });

const OPTIONS = {
  limitPercent: {
    kind: "integer",
    default: null,
    min: 30,
    max: 100,
    about: "percent of the memory that the server may take; 75 up to 8 GB, 90 from 20 GB on if not given",
  },
  mark_cache_size: size("cache of marks; 5 GiB where there is room"),
  index_mark_cache_size: size("cache of marks of indices; 5 GiB where there is room"),
  uncompressed_cache_size: { ...size("cache of blocks, for many short queries"), default: 0, min: 0 },
  max_memory_usage: size("memory of one query; half of that of all if not given"),
  max_concurrent_queries: {
    kind: "integer",
    default: null,
    min: 1,
    max: 10_000,
    about: "queries at once; by the memory if not given",
  },
  max_threads: { kind: "integer", default: null, min: 1, max: 1024, about: "threads of one query" },
  background_pool_size: {
    kind: "integer",
    default: null,
    min: LEAST_POOL,
    max: 512,
    about: "threads of merges and mutations; 16 from 32 GB on",
  },
} satisfies OptionRules;

export const clickhouse: Profile = {
  name: "clickhouse",
  about: "a ClickHouse server",
  options: OPTIONS,
  takesMemory: true,
  readsPageCache: true,
  usualWeight: 1,
  useful: () => ({
    max_memory_usage: {
      least: LEAST_USEFUL_QUERY_BYTES,
      because: "ClickHouse wants 4 GB of memory for non-trivial queries",
    },
  }),
  ladder: [],
  toShrink: "lower the options mark_cache_size, uncompressed_cache_size or max_memory_usage",
  floorBytes: leastServerBytes,
  // Queries, and the page cache that they read from.
  capBytes: () => Infinity,
  tune(allotment, options) {
    const split = splitMemory(allotment.memoryBytes, options);
    return {
      max_server_memory_usage: tuneServer(allotment, split, options),
      ...tuneCaches(split, options),
      ...tuneQueries(split, options),
      max_threads: tuneThreads(allotment, split, options),
      max_block_size: tuneBlocks(allotment),
      concurrent_threads_soft_limit_num: count(THREADS_PER_CPU * allotment.vcpus, {
        formula: "2 * vcpus",
        inputs: { vcpus: allotment.vcpus },
        source: `${SERVER}, concurrent_threads_soft_limit_ratio_to_cores`,
      }),
      ...tuneMerges(allotment, options),
    };
  },
};

// Holds whatever the queries do: the server fails an allocation that would exceed it.
function tuneServer({ memoryBytes }: Allotment, { serverBytes }: Split, options: Options): Setting {
  const limitPercent = optionalNumber(options, "limitPercent");
  const source = `${SERVER}, max_server_memory_usage_to_ram_ratio`;
  if (limitPercent !== null) {
    const formula = "memoryBytes * limitPercent / 100";
    const inputs = { memoryBytes, limitPercent };
    return bytes(serverBytes, String(serverBytes), { formula, inputs, source, boundBy: "user" });
  }
  const isLess = serverBytes < Math.floor((memoryBytes * 9) / 10);
  return bytes(serverBytes, String(serverBytes), {
    formula: "min(memoryBytes * 90%, max(memoryBytes * 75%, memoryBytes - keptBytes))",
    inputs: { memoryBytes, keptBytes: KEPT_BYTES },
    source: isLess ? LOW_MEMORY : source,
    ...(isLess ? { note: "ClickHouse takes 90 %, which leaves a small machine too little page cache" } : {}),
  });
}

function tuneCaches(
  { marksBytes, indexMarksBytes, uncompressedBytes, sixteenthBytes }: Split,
  options: Options,
): Settings {
  const cache = (value: number, sixteenths: number, leastBytes: number): Reason => ({
    formula: `min(leastBytes + ${sixteenths} * sixteenthBytes, mostBytes)`,
    inputs: { leastBytes, sixteenthBytes, mostBytes: MOST_MARKS_BYTES },
    source: value < MOST_MARKS_BYTES ? LOW_MEMORY : SERVER,
    boundBy: value < MOST_MARKS_BYTES ? "share" : null,
    ...(value < MOST_MARKS_BYTES ? { note: "ClickHouse takes 5 GiB, or half of the memory if that is less" } : {}),
  });
  return {
    mark_cache_size: sizeOf("mark_cache_size", marksBytes, options, cache(marksBytes, 4, LEAST_MARKS_BYTES)),
    index_mark_cache_size: sizeOf(
      "index_mark_cache_size",
      indexMarksBytes,
      options,
      cache(indexMarksBytes, 1, LEAST_INDEX_MARKS_BYTES),
    ),
    uncompressed_cache_size: bytes(uncompressedBytes, String(uncompressedBytes), {
      formula: "the option uncompressed_cache_size",
      inputs: { uncompressed_cache_size: uncompressedBytes },
      source: SERVER,
      boundBy: uncompressedBytes === 0 ? null : "user",
    }),
  };
}

function tuneBlocks({ memoryBytes }: Allotment): Setting {
  const isSmall = memoryBytes < USUAL_BYTES;
  return count(isSmall ? 8192 : 65_409, {
    formula: "memoryBytes < usualBytes ? 8192 : 65409",
    inputs: { memoryBytes, usualBytes: USUAL_BYTES },
    source: TIPS,
    boundBy: isSmall ? "share" : null,
  });
}

/** A size that an option may give, else computed for the given reason. */
function sizeOf(name: string, value: number, options: Options, reason: Reason): Setting {
  return bytes(value, String(value), options[name] === null ? reason : byGiven(name, value, reason.source));
}
