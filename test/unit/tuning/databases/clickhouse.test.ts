import assert from "node:assert/strict";
import fc from "fast-check";
import { tuneAlone } from "../../../../agent/tuning/compute-tuning.ts";
import { findProfile } from "../../../../agent/tuning/resolve-app.ts";
import { allot, alone, GIB, type Given, MIB, numberOf, texts, tryAlone } from "../../support/alone.ts";
import { provePromises } from "../../support/prove-profile.ts";

const TIB = 1024 * GIB;

function threads(vcpus: number, cores: number, memoryBytes = TIB): unknown[] {
  const result = tuneAlone("clickhouse", allot(memoryBytes, vcpus, { cores }), {});
  assert.ok(result.kind === "tuned");
  const { value, boundBy, note } = result.settings["max_threads"]!;
  return [value, boundBy, note !== null];
}

describe("clickhouse", () => {
  // Altinity's ratio is 0.75 for 4 and 8 GB, max_server_memory_usage_to_ram_ratio 0.9: 2 GB less in between.
  for (const [memory, server] of [
    [2_000_000_000, "1500000000"],
    [4 * GIB, "3221225472"],
    [8_000_000_000, "6000000000"],
    [16_000_000_000, "14000000000"],
    [20_000_000_000, "18000000000"],
    [32 * GIB, "30923764531"],
    [32 * TIB, "31665934879948"],
  ] as const) {
    it(`limits the server to ${server} bytes of ${memory / MIB} MiB`, () =>
      assert.equal(alone("clickhouse", memory, 4)["max_server_memory_usage"]!.text, server));
  }
  it("limits the server to the share that it is told", () => {
    const setting = alone("clickhouse", 4 * GIB, 4, { limitPercent: 90 })["max_server_memory_usage"]!;
    assert.deepEqual([setting.value, setting.boundBy], [3_865_470_566, "user"]);
  });

  // Altinity's 256 and 64 MiB up to 8 GB, the default of 5 GiB in the 32 GB that ClickHouse advises, and all of both later.
  for (const [memory, marks, indexMarks] of [
    [2_000_000_000, 268_435_456, 67_108_864],
    [4 * GIB, 268_435_456, 67_108_864],
    [8_000_000_000, 268_435_456, 67_108_864],
    [16_000_000_000, 2_268_435_456, 567_108_864],
    [32_000_000_000, 5_368_709_120, 1_492_108_864],
    [96 * GIB, 5_368_709_120, 5_368_709_120],
    [32 * TIB, 5_368_709_120, 5_368_709_120],
  ] as const) {
    it(`has caches of ${marks} and ${indexMarks} bytes for marks in ${memory / MIB} MiB`, () => {
      const settings = alone("clickhouse", memory, 4);
      for (const [name, value] of [
        ["mark_cache_size", marks],
        ["index_mark_cache_size", indexMarks],
      ] as const) {
        const { value: found, boundBy, note } = settings[name]!;
        const isLess = value < 5 * GIB;
        assert.deepEqual([name, found, boundBy, note !== null], [name, value, isLess ? "share" : null, isLess]);
      }
      assert.equal(settings["uncompressed_cache_size"]!.value, 0);
    });
  }

  // The tips for less than 16 GB: small blocks, one thread where memory is shortest. Altinity's two threads of merges for 4 GB,
  // the default of 16 from 32 GB on.
  for (const [memory, expected] of [
    [2_000_000_000, ["1", "8192", "2", "1", "2", "3"]],
    [4 * GIB, ["2", "8192", "2", "1", "2", "3"]],
    [8 * GIB, ["5", "8192", "4", "2", "5", "6"]],
    [15_999_999_999, ["10", "8192", "7", "3", "8", "10"]],
    [16_000_000_000, ["10", "65409", "8", "4", "10", "12"]],
    [32_000_000_000, ["16", "65409", "16", "8", "20", "25"]],
    [TIB, ["16", "65409", "16", "8", "20", "25"]],
  ] as const) {
    it(`has ${expected[0]} threads a query and a pool of ${expected[2]} in ${memory / MIB} MiB with 16 CPUs`, () => {
      const names = [
        "max_threads",
        "max_block_size",
        "background_pool_size",
        "number_of_free_entries_in_pool_to_lower_max_size_of_merge",
        "number_of_free_entries_in_pool_to_execute_mutation",
        "number_of_free_entries_in_pool_to_execute_optimize_entire_partition",
      ];
      assert.deepEqual(Object.values(texts(alone("clickhouse", memory, 16), ...names)), expected);
    });
  }

  // Logical CPUs below 32 cores, cores from there on, but never fewer than with 31.
  it("has the threads of ClickHouse's own rule", () => {
    assert.deepEqual(threads(1, 1), [1, null, false]);
    assert.deepEqual(threads(16, 8), [16, null, false]);
    assert.deepEqual(threads(62, 31), [62, null, false]);
    assert.deepEqual(threads(64, 64), [64, null, false]);
    assert.deepEqual(threads(128, 64), [64, "cap", false]);
    assert.deepEqual(threads(192, 96), [96, "cap", false]);
    assert.deepEqual(threads(16, 8, 8 * GIB), [5, "share", false]);
  });
  it("does not go down to 32 threads at 32 cores, and says so", () => {
    assert.deepEqual(threads(64, 32), [62, "cap", true]);
    assert.deepEqual(threads(96, 48), [62, "cap", true]);
  });
  it("runs two threads for each CPU at once", () => {
    assert.equal(alone("clickhouse", 16 * GIB, 1)["concurrent_threads_soft_limit_num"]!.value, 2);
    assert.equal(alone("clickhouse", 16 * GIB, 96)["concurrent_threads_soft_limit_num"]!.value, 192);
  });

  for (const [memory, one, spilled, queries] of [
    [2_000_000_000, 582_227_840, 291_113_920, 8],
    [4 * GIB, 1_442_840_576, 721_420_288, 8],
    [8 * GIB, 3_035_017_856, 1_517_508_928, 18],
    [32_000_000_000, 10_969_591_008, 5_484_795_504, 65],
    [768 * GIB, 365_716_465_248, 182_858_232_624, 1000],
  ] as const) {
    it(`gives one of ${queries} queries half of what there is for all in ${memory / MIB} MiB`, () => {
      const names = ["max_memory_usage", "max_concurrent_queries"];
      const spills = ["max_bytes_before_external_group_by", "max_bytes_before_external_sort"];
      assert.deepEqual(texts(alone("clickhouse", memory, 8), ...names, ...spills), {
        max_memory_usage: String(one),
        max_concurrent_queries: String(queries),
        max_bytes_before_external_group_by: String(spilled),
        max_bytes_before_external_sort: String(spilled),
      });
    });
  }

  it("warns of too little memory where queries have less than 4 GB", () => {
    const { least } = findProfile("clickhouse")!.useful({})["max_memory_usage"]!;
    const isUseful = (memory: number): boolean => numberOf(alone("clickhouse", memory, 2), "max_memory_usage") >= least;
    // What is left of a machine of 4 GiB beside the system.
    assert.deepEqual([2 * GIB, 3.4 * GIB].map(Math.floor).map(isUseful), [false, true]);
  });
  it("does not fit below 2 GB", () => {
    assert.ok(tryAlone("clickhouse", 2_000_000_000, 1));
    assert.equal(tryAlone("clickhouse", 1_999_999_999, 1), null);
  });
  it("takes what is asked for", () => {
    const given: Given = {
      mark_cache_size: "1GiB",
      index_mark_cache_size: "512MiB",
      uncompressed_cache_size: "2GiB",
      max_memory_usage: "3GiB",
      max_concurrent_queries: 40,
      max_threads: 6,
      background_pool_size: 32,
    };
    const settings = alone("clickhouse", 16 * GIB, 8, given);
    assert.deepEqual(texts(settings, ...Object.keys(given)), {
      mark_cache_size: "1073741824",
      index_mark_cache_size: "536870912",
      uncompressed_cache_size: "2147483648",
      max_memory_usage: "3221225472",
      max_concurrent_queries: "40",
      max_threads: "6",
      background_pool_size: "32",
    });
    for (const name of Object.keys(given)) assert.equal(settings[name]!.boundBy, "user");
    assert.equal(settings["number_of_free_entries_in_pool_to_execute_mutation"]!.value, 20);
  });
  it("does not fit where what is asked for does not", () => {
    assert.equal(tryAlone("clickhouse", 4 * GIB, 8, { uncompressed_cache_size: "3GiB" }), null);
    assert.equal(tryAlone("clickhouse", 4 * GIB, 8, { max_memory_usage: "4GiB" }), null);
    assert.equal(tryAlone("clickhouse", 4 * GIB, 8, { max_concurrent_queries: 100 }), null);
  });

  provePromises({
    profile: "clickhouse",
    given: fc.record(
      {
        limitPercent: fc.integer({ min: 30, max: 100 }),
        mark_cache_size: fc.integer({ min: 1, max: 8 * GIB }),
        index_mark_cache_size: fc.integer({ min: 1, max: 8 * GIB }),
        uncompressed_cache_size: fc.integer({ min: 0, max: 8 * GIB }),
        max_memory_usage: fc.integer({ min: 1, max: 32 * GIB }),
        max_concurrent_queries: fc.integer({ min: 1, max: 500 }),
        background_pool_size: fc.integer({ min: 2, max: 64 }),
      },
      { requiredKeys: [] },
    ),
    // The server fails what would exceed its limit; the caches leave room in it for the largest query, or many small ones.
    worstBytes(settings) {
      const caches = ["mark_cache_size", "index_mark_cache_size", "uncompressed_cache_size"];
      const cached = caches.reduce((sum, name) => sum + numberOf(settings, name), 0);
      const small = numberOf(settings, "max_concurrent_queries") * 64 * MIB;
      const server = numberOf(settings, "max_server_memory_usage");
      return cached + Math.max(numberOf(settings, "max_memory_usage"), small) <= server ? server : Infinity;
    },
  });
  it("never wants more free entries than there are, with which the server would not start", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2_000_000_000, max: 64 * GIB }), (memory) => {
        const settings = alone("clickhouse", memory, 4);
        const entries = 2 * numberOf(settings, "background_pool_size");
        for (const work of ["lower_max_size_of_merge", "execute_mutation", "execute_optimize_entire_partition"])
          assert.ok(numberOf(settings, `number_of_free_entries_in_pool_to_${work}`) < entries);
      }),
    );
  });
});
