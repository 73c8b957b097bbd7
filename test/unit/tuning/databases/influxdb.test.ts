import assert from "node:assert/strict";
import fc from "fast-check";
import { alone, GIB, MIB, numberOf, texts, tryAlone } from "../../support/alone.ts";
import { provePromises } from "../../support/prove-profile.ts";

describe("influxdb", () => {
  // Timestream for InfluxDB: a cache below 15 % of the memory, 1 GiB by default. openSUSE: 64 MiB for a query. 2.0: 10 queries.
  for (const [memory, cache, limit, queries, query] of [
    [512 * MIB, "80530636", "483183820", "3", "67108864"],
    [4 * GIB, "644245094", "3865470566", "10", "193273528"],
    [8 * GIB, "1073741824", "7730941132", "10", "386547056"],
    [256 * GIB, "1073741824", "247390116249", "10", "12369505812"],
  ] as const)
    it(`has a cache of ${cache} bytes and ${queries} queries in ${memory / MIB} MiB`, () => {
      const settings = alone("influxdb", memory, 4);
      assert.deepEqual(texts(settings, "cache_max_memory_size", "query_concurrency", "query_memory_bytes", "env"), {
        cache_max_memory_size: cache,
        query_concurrency: queries,
        query_memory_bytes: query,
        env:
          `GOMEMLIMIT=${limit}\nGOMAXPROCS=0\n` +
          `INFLUXDB_DATA_CACHE_MAX_MEMORY_SIZE=${cache}\nINFLUXD_STORAGE_CACHE_MAX_MEMORY_SIZE=${cache}\n` +
          `INFLUXD_QUERY_CONCURRENCY=${queries}\nINFLUXD_QUERY_MEMORY_BYTES=${query}`,
      });
    });
  it("says what held the values", () => {
    const boundsOf = (memory: number) => {
      const settings = alone("influxdb", memory, 4);
      return ["cache_max_memory_size", "query_concurrency"].map((name) => settings[name]!.boundBy);
    };
    assert.deepEqual(
      [boundsOf(GIB), boundsOf(4 * GIB), boundsOf(8 * GIB)],
      [
        [null, "share"],
        [null, null],
        ["cap", null],
      ],
    );
  });
  it("takes a cache that is asked for, if it is no more than half of what the runtime may take", () => {
    const cache = alone("influxdb", 8 * GIB, 4, { cache_max_memory_size: "2GiB" })["cache_max_memory_size"]!;
    assert.deepEqual([cache.text, cache.boundBy], ["2147483648", "user"]);
    assert.ok(tryAlone("influxdb", 4_772_185_885, 4, { cache_max_memory_size: "2GiB" }));
    assert.equal(tryAlone("influxdb", 4_772_185_884, 4, { cache_max_memory_size: "2GiB" }), null);
  });
  it("takes more queries that are asked for, with less memory each, as long as each has 64 MiB", () => {
    const settings = alone("influxdb", 8 * GIB, 4, { query_concurrency: 40 });
    assert.deepEqual(texts(settings, "query_concurrency", "query_memory_bytes"), {
      query_concurrency: "40",
      query_memory_bytes: "96636764",
    });
    assert.ok(tryAlone("influxdb", 5_965_232_356, 4, { query_concurrency: 40 }));
    assert.equal(tryAlone("influxdb", 5_965_232_355, 4, { query_concurrency: 40 }), null);
  });
  it("refuses a cache that is full before it is written into a file", () => {
    assert.equal(tryAlone("influxdb", GIB, 4, { cache_max_memory_size: "24MiB" }), null);
  });
  it("does not fit below 512 MiB", () => {
    assert.equal(tryAlone("influxdb", 512 * MIB - 1, 1), null);
  });

  provePromises({
    profile: "influxdb",
    given: fc.record(
      {
        limitPercent: fc.integer({ min: 10, max: 100 }),
        cache_max_memory_size: fc.integer({ min: 25 * MIB, max: 4 * GIB }),
        query_concurrency: fc.integer({ min: 1, max: 1024 }),
      },
      { requiredKeys: [] },
    ),
    worstBytes(settings) {
      const limit = numberOf(settings, "GOMEMLIMIT");
      const queries = numberOf(settings, "query_concurrency") * numberOf(settings, "query_memory_bytes");
      return numberOf(settings, "cache_max_memory_size") + queries <= limit ? limit : Infinity;
    },
  });
});
