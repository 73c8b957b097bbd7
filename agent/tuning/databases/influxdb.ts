// Tunes InfluxDB 1 and 2: the cache of what is not yet in files, which refuses writes when it is full, the queries of 2 and the Go
// runtime's limits.

import { GIB, MIB, TIB } from "../../size.ts";
import { byGiven, bytes, count } from "../profile/build-setting.ts";
import { joinEnvironment } from "../profile/environment.ts";
import type { OptionRules, Options, Profile, Setting } from "../profile/profile.ts";
import { numberOption, optionalNumber } from "../profile/read-option.ts";
import { go, tuneRuntime } from "../runtimes/go.ts";

const PARAMETERS = "docs.aws.amazon.com, Timestream for InfluxDB, InfluxDBv2Parameters, storageCacheMaxMemorySize";
const QUERIES =
  "docs.influxdata.com, InfluxDB 2, query-concurrency and query-memory-bytes; openSUSE, influxdb2, config.yaml";

/** That page's: below 15 % of the memory, for each shard. */
const CACHE_PERCENT = 15;

/** The default of 1.6 and of 2: a shard that has more to write than that has a slow disk. */
const MOST_CACHE_BYTES = GIB;

/** As much again for what is read. */
const HEAP_FOR_CACHE = 2;

/** cache-snapshot-memory-size, at which the cache goes into a file: a smaller cache would be full before. */
const SNAPSHOT_BYTES = 25 * MIB;

/** Of what the runtime may take, as for Prometheus: the other half is the cache's, the series' and the collector's. */
const QUERIES_PART = 1 / 2;

/** The queries of 2.0, and openSUSE's 64 MiB for each. Further ones wait. */
const MOST_QUERIES = 10;
const LEAST_QUERY_BYTES = 64 * MIB;

/** Low load is 2 to 4 GB for InfluxData. Without data it is 16 MiB (measured, 1.6): half of 512 MiB is for series and a query. */
const LEAST_BYTES = 512 * MIB;

const OPTIONS = {
  ...go.options,
  cache_max_memory_size: {
    kind: "size",
    default: null,
    min: SNAPSHOT_BYTES,
    max: TIB,
    about: "cache of a shard; 15 % of the memory, 1 GiB at most, if not given",
  },
  query_concurrency: {
    kind: "integer",
    default: null,
    min: 1,
    max: 1024,
    about: "queries of 2.x at once, others wait; 10 where there is room",
  },
} satisfies OptionRules;

export const influxdb: Profile = {
  name: "influxdb",
  about: "an InfluxDB server, 1.x or 2.x",
  options: OPTIONS,
  takesMemory: true,
  usualWeight: 1,
  useful: () => ({
    query_concurrency: { least: 2, because: "a dashboard and a task wait for each other" },
  }),
  ladder: [],
  toShrink: "lower the options cache_max_memory_size or query_concurrency",
  floorBytes(options) {
    const cacheBytes = optionalNumber(options, "cache_max_memory_size") ?? 0;
    const queries = optionalNumber(options, "query_concurrency") ?? 1;
    const limitBytes = Math.max(HEAP_FOR_CACHE * cacheBytes, (queries * LEAST_QUERY_BYTES) / QUERIES_PART);
    return Math.max(LEAST_BYTES, Math.ceil((limitBytes * 100) / numberOption(options, "limitPercent")));
  },
  // More series, and more of its files in the page cache.
  capBytes: () => Infinity,
  tune(allotment, options) {
    const runtime = tuneRuntime(allotment, options);
    const limitBytes = Number(runtime.GOMEMLIMIT.value);
    const cache_max_memory_size = tuneCache(allotment.memoryBytes, limitBytes, options);
    const queries = tuneQueries(Math.floor(limitBytes * QUERIES_PART), options);
    const env = joinEnvironment({
      ...runtime,
      INFLUXDB_DATA_CACHE_MAX_MEMORY_SIZE: cache_max_memory_size,
      INFLUXD_STORAGE_CACHE_MAX_MEMORY_SIZE: cache_max_memory_size,
      INFLUXD_QUERY_CONCURRENCY: queries.query_concurrency,
      INFLUXD_QUERY_MEMORY_BYTES: queries.query_memory_bytes,
    });
    return { ...runtime, cache_max_memory_size, ...queries, env };
  },
};

function tuneCache(memoryBytes: number, limitBytes: number, options: Options): Setting {
  const given = optionalNumber(options, "cache_max_memory_size");
  if (given !== null) return bytes(given, String(given), byGiven("cache_max_memory_size", given, PARAMETERS));
  const byMemory = Math.floor(Math.min((memoryBytes * CACHE_PERCENT) / 100, limitBytes / HEAP_FOR_CACHE));
  const value = Math.min(byMemory, MOST_CACHE_BYTES);
  return bytes(value, String(value), {
    formula: "min(memoryBytes * cachePercent / 100, limitBytes / 2, mostBytes)",
    inputs: { memoryBytes, cachePercent: CACHE_PERCENT, limitBytes, mostBytes: MOST_CACHE_BYTES },
    source: PARAMETERS,
    boundBy: value === MOST_CACHE_BYTES ? "cap" : null,
  });
}

/** First as many as usual, then more memory for each: neither falls when the memory grows. */
function tuneQueries(
  queriesBytes: number,
  options: Options,
): Readonly<Record<"query_concurrency" | "query_memory_bytes", Setting>> {
  const given = optionalNumber(options, "query_concurrency");
  const mostQueries = given ?? MOST_QUERIES;
  const queries = given ?? Math.min(MOST_QUERIES, Math.floor(queriesBytes / LEAST_QUERY_BYTES));
  const queryBytes = Math.max(LEAST_QUERY_BYTES, Math.floor(queriesBytes / mostQueries));
  const inputs = { queriesBytes, leastQueryBytes: LEAST_QUERY_BYTES, mostQueries };
  return {
    query_concurrency: count(
      queries,
      given === null
        ? {
            formula: "min(mostQueries, queriesBytes / leastQueryBytes)",
            inputs,
            source: QUERIES,
            boundBy: queries < MOST_QUERIES ? "share" : null,
            note: "InfluxDB 2 limits neither the queries nor their memory enough: one can take all of it",
          }
        : byGiven("query_concurrency", given, QUERIES),
    ),
    query_memory_bytes: bytes(queryBytes, String(queryBytes), {
      formula: "max(leastQueryBytes, queriesBytes / mostQueries)",
      inputs,
      source: QUERIES,
    }),
  };
}
