// Tunes ClickHouse: the server's limit, its caches, and queries and merges that fit into what the caches leave.

import { byGiven, bytes, count, type Reason } from "../profile/build-setting.ts";
import {
  KEPT_BYTES,
  LEAST_INDEX_MARKS_BYTES,
  LEAST_MARKS_BYTES,
  LEAST_QUERIES,
  leastServerBytes,
  MOST_MARKS_BYTES,
  type Split,
  splitMemory,
} from "./clickhouse-memory.ts";
import { optionalNumber } from "../profile/read-option.ts";
import type { Allotment, OptionRule, OptionRules, Options, Profile, Setting, Settings } from "../profile/profile.ts";
import { GIB, MIB, TIB } from "../../size.ts";

const SERVER = "clickhouse.com, server settings";
const SESSION = "clickhouse.com, session settings (a profile in users.xml)";
const TIPS = "clickhouse.com, usage recommendations, less than 16GB of RAM";
const LOW_MEMORY = "kb.altinity.com, configure ClickHouse for low memory environments";
const MERGE_TREE = "clickhouse.com, MergeTree settings (<merge_tree> in config.xml)";

/** With less memory the defaults are too large. */
const USUAL_BYTES = 16_000_000_000;

/** config.xml's. */
const MOST_QUERIES = 1000;

/** Altinity's 8 in 4 GiB; a hundred, config.xml's default for long, beyond the 32 GB that ClickHouse advises. */
const QUERY_BYTES = 320 * MIB;

/** "A minimum of 4GB of RAM to perform non-trivial queries": one query's part of that. */
const LEAST_USEFUL_QUERY_BYTES = 1_000_000_000;

const THREADS_PER_CPU = 2;

/** max_threads_min_free_memory_per_thread. */
const THREAD_BYTES = GIB;

/** ClickHouse uses both threads of each core up to 31 cores, one beyond; here more cores keep the threads of 31. */
const SMT_THREADS = 62;

/** background_pool_size, with two merges at a time for each thread, and how many of these 32 must be free for other work. */
const POOL = 16;
/** Altinity's 2 in 4 GB, and 16 in the 32 GB that ClickHouse advises. */
const POOL_THREAD_BYTES = 2_000_000_000;
const LEAST_POOL = 2;
const FREE_TO_LOWER = 8;
const FREE_TO_MUTATE = 20;
const FREE_TO_OPTIMIZE = 25;

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
      ...tunePool(allotment, options),
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

function tuneQueries({ queriesBytes }: Split, options: Options): Settings {
  const one = optionalNumber(options, "max_memory_usage") ?? Math.floor(queriesBytes / 2);
  const spilled = Math.floor(one / 2);
  const spill: Reason = { formula: "queryBytes / 2", inputs: { queryBytes: one }, source: SESSION };
  return {
    max_memory_usage: sizeOf("max_memory_usage", one, options, {
      formula: "queriesBytes / 2",
      inputs: { queriesBytes },
      source: SESSION,
      note: "ClickHouse sets no limit, and one query can then fail all others",
    }),
    max_bytes_before_external_group_by: bytes(spilled, String(spilled), spill),
    max_bytes_before_external_sort: bytes(spilled, String(spilled), spill),
    max_concurrent_queries: tuneConcurrency(queriesBytes, options),
  };
}

function tuneConcurrency(queriesBytes: number, options: Options): Setting {
  const given = optionalNumber(options, "max_concurrent_queries");
  if (given !== null) return count(given, byGiven("max_concurrent_queries", given, SERVER));
  const byMemory = Math.floor(queriesBytes / QUERY_BYTES);
  const value = Math.max(LEAST_QUERIES, Math.min(byMemory, MOST_QUERIES));
  return count(value, {
    formula: "max(leastQueries, min(queriesBytes / queryBytes, mostQueries))",
    inputs: { leastQueries: LEAST_QUERIES, queriesBytes, queryBytes: QUERY_BYTES, mostQueries: MOST_QUERIES },
    source: value < MOST_QUERIES ? LOW_MEMORY : SERVER,
    boundBy: value > byMemory ? "floor" : value < MOST_QUERIES ? "share" : null,
  });
}

function tuneThreads({ vcpus, cores }: Allotment, { queriesBytes }: Split, options: Options): Setting {
  const given = optionalNumber(options, "max_threads");
  if (given !== null) return count(given, byGiven("max_threads", given, SESSION));
  const byCpus = Math.min(vcpus, Math.max(cores, SMT_THREADS));
  const value = Math.max(1, Math.min(byCpus, Math.floor(queriesBytes / THREAD_BYTES)));
  const smoothed = value > cores && vcpus > SMT_THREADS;
  return count(value, {
    formula: "max(1, min(vcpus, max(cores, smtThreads), queriesBytes / threadBytes))",
    inputs: { vcpus, cores, smtThreads: SMT_THREADS, queriesBytes, threadBytes: THREAD_BYTES },
    source: SESSION,
    boundBy: value < byCpus ? "share" : value < vcpus ? "cap" : null,
    ...(smoothed ? { note: "ClickHouse goes down to one thread a core at 32: to fewer than with 31" } : {}),
  });
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

// The server does not start if more threads must be free than the pool has, so these go down with the pool.
function tunePool({ memoryBytes }: Allotment, options: Options): Settings {
  const given = optionalNumber(options, "background_pool_size");
  const pool = given ?? Math.max(LEAST_POOL, Math.min(Math.floor(memoryBytes / POOL_THREAD_BYTES), POOL));
  const free = (usual: number): Setting => {
    const inputs = { usual, pool, usualPool: POOL };
    const value = Math.min(usual, Math.floor((usual * pool) / POOL));
    return count(value, { formula: "min(usual, usual * pool / usualPool)", inputs, source: MERGE_TREE });
  };
  const byMemory: Reason = {
    formula: "max(leastThreads, min(memoryBytes / threadBytes, usualThreads))",
    inputs: { leastThreads: LEAST_POOL, memoryBytes, threadBytes: POOL_THREAD_BYTES, usualThreads: POOL },
    source: SERVER,
    boundBy: pool < POOL ? "share" : null,
  };
  return {
    background_pool_size: count(pool, given === null ? byMemory : byGiven("background_pool_size", given, SERVER)),
    number_of_free_entries_in_pool_to_lower_max_size_of_merge: free(FREE_TO_LOWER),
    number_of_free_entries_in_pool_to_execute_mutation: free(FREE_TO_MUTATE),
    number_of_free_entries_in_pool_to_execute_optimize_entire_partition: free(FREE_TO_OPTIMIZE),
  };
}

/** A size that an option may give, else computed for the given reason. */
function sizeOf(name: string, value: number, options: Options, reason: Reason): Setting {
  return bytes(value, String(value), options[name] === null ? reason : byGiven(name, value, reason.source));
}
