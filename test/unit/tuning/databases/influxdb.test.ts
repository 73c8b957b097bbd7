import assert from "node:assert/strict";
import fc from "fast-check";
import { alone, GIB, MIB, numberOf, texts, tryAlone } from "../../support/alone.ts";
import { provePromises } from "../../support/prove-profile.ts";

describe("influxdb", () => {
  // Timestream for InfluxDB: below 15 % of the memory, 1 GiB by default.
  for (const [memory, cache, limit, boundBy] of [
    [512 * MIB, "80530636", "483183820", null],
    [4 * GIB, "644245094", "3865470566", null],
    [8 * GIB, "1073741824", "7730941132", "cap"],
    [256 * GIB, "1073741824", "247390116249", "cap"],
  ] as const)
    it(`has a cache of ${cache} bytes in ${memory / MIB} MiB, for 1.x and for 2.x`, () => {
      const settings = alone("influxdb", memory, 4);
      assert.deepEqual(texts(settings, "cache_max_memory_size", "env"), {
        cache_max_memory_size: cache,
        env:
          `GOMEMLIMIT=${limit}\nGOMAXPROCS=0\n` +
          `INFLUXDB_DATA_CACHE_MAX_MEMORY_SIZE=${cache}\nINFLUXD_STORAGE_CACHE_MAX_MEMORY_SIZE=${cache}`,
      });
      assert.equal(settings["cache_max_memory_size"]!.boundBy, boundBy);
    });
  it("takes a cache that is asked for, if it is no more than half of what the runtime may take", () => {
    const cache = alone("influxdb", 8 * GIB, 4, { cache_max_memory_size: "2GiB" })["cache_max_memory_size"]!;
    assert.deepEqual([cache.text, cache.boundBy], ["2147483648", "user"]);
    assert.ok(tryAlone("influxdb", 4_772_185_885, 4, { cache_max_memory_size: "2GiB" }));
    assert.equal(tryAlone("influxdb", 4_772_185_884, 4, { cache_max_memory_size: "2GiB" }), null);
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
      },
      { requiredKeys: [] },
    ),
    worstBytes(settings) {
      const limit = numberOf(settings, "GOMEMLIMIT");
      return 2 * numberOf(settings, "cache_max_memory_size") <= limit ? limit : Infinity;
    },
  });
});
