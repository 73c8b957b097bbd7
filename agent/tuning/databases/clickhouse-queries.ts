// ClickHouse's queries: the memory and threads of one, and how many of them run at once.

import { GIB, MIB } from "../../size.ts";
import { byGiven, bytes, count, type Reason } from "../profile/build-setting.ts";
import type { Allotment, Options, Setting, Settings } from "../profile/profile.ts";
import { optionalNumber } from "../profile/read-option.ts";
import { LEAST_QUERIES, LOW_MEMORY, SERVER, type Split } from "./clickhouse-memory.ts";

const SESSION = "clickhouse.com, session settings (a profile in users.xml)";

/** config.xml's. */
const MOST_QUERIES = 1000;

/** Altinity's 8 in 4 GiB; a hundred, config.xml's default for long, beyond the 32 GB that ClickHouse advises. */
const QUERY_BYTES = 320 * MIB;

/** max_threads_min_free_memory_per_thread. */
const THREAD_BYTES = GIB;

/** ClickHouse uses both threads of each core up to 31 cores, one beyond; here more cores keep the threads of 31. */
const SMT_THREADS = 62;

export function tuneQueries({ queriesBytes }: Split, options: Options): Settings {
  const given = optionalNumber(options, "max_memory_usage");
  const one = given ?? Math.floor(queriesBytes / 2);
  const spilled = Math.floor(one / 2);
  const spill: Reason = { formula: "queryBytes / 2", inputs: { queryBytes: one }, source: SESSION };
  const byHalf: Reason = {
    formula: "queriesBytes / 2",
    inputs: { queriesBytes },
    source: SESSION,
    note: "ClickHouse sets no limit, and one query can then fail all others",
  };
  return {
    max_memory_usage: bytes(one, String(one), given === null ? byHalf : byGiven("max_memory_usage", one, SESSION)),
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

export function tuneThreads({ vcpus, cores }: Allotment, { queriesBytes }: Split, options: Options): Setting {
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
