// Tunes InfluxDB 1 and 2: the cache of what is not yet in files, which refuses writes when it is full, and the Go runtime's limits.

import { GIB, MIB, TIB } from "../../size.ts";
import { byGiven, bytes } from "../profile/build-setting.ts";
import { joinEnvironment } from "../profile/environment.ts";
import type { OptionRules, Options, Profile, Setting } from "../profile/profile.ts";
import { numberOption, optionalNumber } from "../profile/read-option.ts";
import { go, tuneRuntime } from "../runtimes/go.ts";

const SOURCE = "docs.aws.amazon.com, Timestream for InfluxDB, InfluxDBv2Parameters, storageCacheMaxMemorySize";

/** That page's: below 15 % of the memory, for each shard. */
const CACHE_PERCENT = 15;

/** The default of 1.6 and of 2: a shard that has more to write than that has a slow disk. */
const MOST_CACHE_BYTES = GIB;

/** As much again for what is read. */
const HEAP_FOR_CACHE = 2;

/** cache-snapshot-memory-size, at which the cache goes into a file: a smaller cache would be full before. */
const SNAPSHOT_BYTES = 25 * MIB;

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
} satisfies OptionRules;

export const influxdb: Profile = {
  name: "influxdb",
  about: "an InfluxDB server, 1.x or 2.x",
  options: OPTIONS,
  takesMemory: true,
  readsPageCache: true,
  usualWeight: 1,
  useful: () => ({}),
  ladder: [],
  toShrink: "lower the option cache_max_memory_size",
  floorBytes(options) {
    const cacheBytes = optionalNumber(options, "cache_max_memory_size") ?? 0;
    return Math.max(
      LEAST_BYTES,
      Math.ceil((HEAP_FOR_CACHE * cacheBytes * 100) / numberOption(options, "limitPercent")),
    );
  },
  // More series, and more of its files in the page cache.
  capBytes: () => Infinity,
  tune(allotment, options) {
    const runtime = tuneRuntime(allotment, options);
    const cache_max_memory_size = tuneCache(allotment.memoryBytes, Number(runtime.GOMEMLIMIT.value), options);
    const env = joinEnvironment({
      ...runtime,
      INFLUXDB_DATA_CACHE_MAX_MEMORY_SIZE: cache_max_memory_size,
      INFLUXD_STORAGE_CACHE_MAX_MEMORY_SIZE: cache_max_memory_size,
    });
    return { ...runtime, cache_max_memory_size, env };
  },
};

function tuneCache(memoryBytes: number, limitBytes: number, options: Options): Setting {
  const given = optionalNumber(options, "cache_max_memory_size");
  if (given !== null) return bytes(given, String(given), byGiven("cache_max_memory_size", given, SOURCE));
  const byMemory = Math.floor(Math.min((memoryBytes * CACHE_PERCENT) / 100, limitBytes / HEAP_FOR_CACHE));
  const value = Math.min(byMemory, MOST_CACHE_BYTES);
  return bytes(value, String(value), {
    formula: "min(memoryBytes * cachePercent / 100, limitBytes / 2, mostBytes)",
    inputs: { memoryBytes, cachePercent: CACHE_PERCENT, limitBytes, mostBytes: MOST_CACHE_BYTES },
    source: SOURCE,
    boundBy: value === MOST_CACHE_BYTES ? "cap" : null,
  });
}
