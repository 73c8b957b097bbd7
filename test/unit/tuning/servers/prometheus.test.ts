import assert from "node:assert/strict";
import fc from "fast-check";
import { prometheus } from "../../../../agent/tuning/servers/prometheus.ts";
import { alone, GIB, MIB, numberOf, texts, tryAlone } from "../../support/alone.ts";
import { provePromises } from "../../support/prove-profile.ts";

const TIB = 1024 * GIB;

describe("prometheus", () => {
  // --auto-gomemlimit.ratio is 0.9, GOGC 75.
  for (const [memory, limit] of [
    [512 * MIB, "483183820"],
    [GIB, "966367641"],
    [16 * GIB, "15461882265"],
    [TIB, "989560464998"],
  ] as const) {
    it(`limits the runtime to ${limit} bytes of ${memory / MIB} MiB`, () => {
      assert.deepEqual(texts(alone("prometheus", memory, 4), "GOMEMLIMIT", "GOMAXPROCS", "GOGC", "env"), {
        GOMEMLIMIT: limit,
        GOMAXPROCS: "0",
        GOGC: "75",
        env: `GOMEMLIMIT=${limit}\nGOMAXPROCS=0\nGOGC=75`,
      });
    });
  }

  // The defaults, 20 queries of 50 million samples of 16 bytes, where 16 GB are half of what is there; a half of both in a quarter.
  for (const [memory, queries, samples, series, boundBy] of [
    [164_520_960, 1, 2_500_000, 5000, "share"],
    [GIB, 3, 8_377_326, 54_944, "share"],
    [4 * GIB, 6, 17_224_169, 231_892, "share"],
    [8_964_520_960, 10, 25_000_000, 488_398, "share"],
    [16 * GIB, 13, 34_679_124, 939_680, "share"],
    [36_000_000_000, 20, 50_000_000, 1_993_761, null],
    [64 * GIB, 20, 50_000_000, 5_588_430, null],
    [32 * TIB, 20, 50_000_000, 3_863_509_249, null],
  ] as const) {
    it(`runs ${queries} queries of ${samples} samples beside ${series} series in ${memory} bytes`, () => {
      const settings = alone("prometheus", memory, 4);
      assert.deepEqual(texts(settings, "query_max_concurrency", "query_max_samples", "series", "options"), {
        query_max_concurrency: String(queries),
        query_max_samples: String(samples),
        series: String(series),
        options: `--query.max-concurrency=${queries} --query.max-samples=${samples}`,
      });
      assert.equal(settings["query_max_concurrency"]!.boundBy, boundBy);
      assert.equal(settings["query_max_samples"]!.boundBy, boundBy);
      assert.equal(settings["query_max_samples"]!.note === null, boundBy === null);
    });
  }

  it("does not fit below the least head and one small query", () => {
    assert.ok(tryAlone("prometheus", 164_520_960, 1));
    assert.equal(tryAlone("prometheus", 164_520_959, 1), null);
  });
  it("lets fewer samples into each query where more queries are asked for", () => {
    const settings = alone("prometheus", 8_964_520_960, 4, { query_max_concurrency: 20 });
    assert.deepEqual(texts(settings, "query_max_concurrency", "query_max_samples"), {
      query_max_concurrency: "20",
      query_max_samples: "13687500",
    });
    assert.deepEqual(settings["query_max_concurrency"]!.boundBy, "user");
  });
  it("runs fewer queries where more samples are asked for, up to 20", () => {
    const queries = (memory: number): unknown =>
      alone("prometheus", memory, 4, { query_max_samples: 50_000_000 })["query_max_concurrency"]!.value;
    assert.deepEqual([queries(2 * GIB), queries(8_964_520_960), queries(64 * GIB)], [1, 5, 20]);
    assert.equal(tryAlone("prometheus", 900_000_000, 4, { query_max_samples: 50_000_000 }), null);
  });
  it("lets an operator have more queries than usual, of more samples, if they fit", () => {
    const given = { query_max_concurrency: 40, query_max_samples: 100_000_000 };
    const settings = alone("prometheus", 128 * GIB, 4, given);
    for (const [name, value] of Object.entries(given))
      assert.deepEqual([settings[name]!.value, settings[name]!.boundBy], [value, "user"]);
    assert.equal(tryAlone("prometheus", 64 * GIB, 4, given), null);
  });
  it("says where a head of ten hosts or a second query does not fit", () => {
    const useful = Object.entries(prometheus.useful({})).map(([name, { least }]) => [name, least] as const);
    assert.deepEqual(useful, [
      ["series", 10_000],
      ["query_max_concurrency", 2],
    ]);
    const few = [200 * MIB, 300 * MIB, 600 * MIB].map((memory) => {
      const settings = alone("prometheus", memory, 2);
      return useful.filter(([name, least]) => numberOf(settings, name) < least).map(([name]) => name);
    });
    assert.deepEqual(few, [["series", "query_max_concurrency"], ["query_max_concurrency"], []]);
  });
  it("takes the runtime's settings that are asked for", () => {
    const settings = alone("prometheus", GIB, 4, { limitPercent: 50, maxProcs: 2, gogc: 100 });
    assert.equal(settings["env"]!.value, "GOMEMLIMIT=536870912\nGOMAXPROCS=2\nGOGC=100");
    for (const name of ["GOMEMLIMIT", "GOMAXPROCS", "GOGC"]) assert.equal(settings[name]!.boundBy, "user");
  });

  provePromises({
    profile: "prometheus",
    given: fc.record(
      {
        limitPercent: fc.integer({ min: 10, max: 100 }),
        query_max_concurrency: fc.integer({ min: 1, max: 100 }),
        query_max_samples: fc.integer({ min: 1000, max: 200_000_000 }),
      },
      { requiredKeys: [] },
    ),
    worstBytes(settings) {
      const queries = numberOf(settings, "query_max_concurrency") * numberOf(settings, "query_max_samples") * 16;
      const heap = 64 * MIB + queries + numberOf(settings, "series") * 8192;
      const limit = numberOf(settings, "GOMEMLIMIT");
      return heap <= limit ? limit : Infinity;
    },
  });
});
