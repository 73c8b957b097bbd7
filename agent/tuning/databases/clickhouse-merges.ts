// ClickHouse's merges and mutations: the threads of their pool, and how many of these other work waits for.

import { byGiven, count, type Reason } from "../profile/build-setting.ts";
import type { Allotment, Options, Setting, Settings } from "../profile/profile.ts";
import { optionalNumber } from "../profile/read-option.ts";
import { SERVER } from "./clickhouse-memory.ts";

const MERGE_TREE = "clickhouse.com, MergeTree settings (<merge_tree> in config.xml)";

/** background_pool_size, with two merges at a time for each thread, and how many of these 32 must be free for other work. */
const POOL = 16;
/** Altinity's 2 in 4 GB, and 16 in the 32 GB that ClickHouse advises. */
const POOL_THREAD_BYTES = 2_000_000_000;
export const LEAST_POOL = 2;
const FREE_TO_LOWER = 8;
const FREE_TO_MUTATE = 20;
const FREE_TO_OPTIMIZE = 25;

// The server does not start if more threads must be free than the pool has, so these go down with the pool.
export function tuneMerges({ memoryBytes }: Allotment, options: Options): Settings {
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
