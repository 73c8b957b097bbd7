import assert from "node:assert/strict";
import fc from "fast-check";
import { memcached } from "../../../../agent/tuning/caches/memcached.ts";
import { tuneAlone } from "../../../../agent/tuning/compute-tuning.ts";
import { allot, alone, GIB, KIB, MIB, numberOf, texts, tryAlone } from "../../support/alone.ts";
import { provePromises } from "../../support/prove-profile.ts";

describe("memcached", () => {
  // In MiB, with a table of 8 bytes for each bucket, 1.5 items of 96 bytes in each at most.
  for (const [memoryMib, items, connections, hashpower] of [
    [65, 8, 64, 16],
    [100, 39, 64, 19],
    [130, 64, 142, 19],
    [200, 71, 1030, 19],
    [256, 116, 1077, 20],
    [512, 317, 1290, 22],
    [1024, 735, 1717, 23],
    [4096, 3415, 4440, 25],
    [16_384, 14_167, 15_363, 27],
    [65_536, 57_175, 59_054, 29],
    [1_048_576, 1_011_125, 65_000, 32],
    [33_554_432, 33_516_981, 65_000, 32],
  ] as const) {
    it(`has ${items} MiB of items, ${connections} connections and 2^${hashpower} buckets in ${memoryMib} MiB`, () => {
      const names = ["memory", "connections", "hashpower"];
      assert.deepEqual(texts(alone("memcached", memoryMib * MIB, 2), ...names), {
        memory: String(items),
        connections: String(connections),
        hashpower: String(hashpower),
      });
    });
  }
  it("buys memcached's 64 MiB of items first, then its 1024 connections", () => {
    const bounds = [130 * MIB, GIB].map((memory) => alone("memcached", memory, 2)["connections"]!.boundBy);
    assert.deepEqual(bounds, ["ladder", null]);
  });
  it("has the 65000 connections of ElastiCache where there is room for them, and memcached's 1024 for fixed items", () => {
    const { connections } = alone("memcached", 96 * GIB, 2);
    assert.deepEqual([connections!.value, connections!.boundBy], [65_000, "cap"]);
    assert.equal(alone("memcached", 96 * GIB, 2, { memory: "1GiB" })["connections"]!.value, 1024);
  });
  it("says that less than memcached's own 64 MiB of items is little", () =>
    assert.equal(memcached.useful({})["memory"]!.least, 67_108_864));
  for (const [memoryGib, vcpus, threads, boundBy] of [
    [1, 1, 1, null],
    [1, 4, 4, null],
    [0.125, 8, 4, "share"],
    [0.25, 9, 8, "share"],
    [16, 48, 48, null],
    [16, 64, 64, null],
    [16, 128, 64, "cap"],
  ] as const) {
    it(`has ${threads} threads for ${vcpus} CPUs in ${memoryGib} GiB`, () => {
      const setting = alone("memcached", memoryGib * GIB, vcpus)["threads"]!;
      assert.deepEqual([setting.value, setting.boundBy], [threads, boundBy]);
    });
  }
  it("is started with all of it", () => {
    const given = { memory: "64MiB", connections: 1024, threads: 4, itemSize: "2MiB" };
    const { options } = alone("memcached", 4 * GIB, 2, given);
    assert.equal(options!.text, "-m 64 -c 1024 -t 4 -I 2m -o hashpower=19");
  });
  it("refuses a largest item that memcached would not start with", () => {
    const machine = allot(GIB, 2);
    const result = tuneAlone("memcached", machine, { memory: "64MiB", itemSize: "33MiB" });
    assert.ok(result.kind === "impossible");
    assert.deepEqual(
      result.problems.map(({ what }) => what),
      ["memcached's largest item of 33 MiB is more than half of its memory of 64 MiB"],
    );
  });
  it("holds two of its largest items, or is refused", () => {
    assert.equal(alone("memcached", GIB, 2, { itemSize: "300MiB" })["memory"]!.text, "807");
    assert.equal(alone("memcached", 768 * MIB, 2, { itemSize: "300MiB" })["memory"]!.text, "600");
    assert.equal(tryAlone("memcached", 640 * MIB, 2, { itemSize: "300MiB" }), null);
  });
  it("does not fit where its first pages alone would not", () => {
    assert.equal(tryAlone("memcached", 64 * MIB, 2), null);
  });

  provePromises({
    profile: "memcached",
    given: fc.record(
      {
        memory: fc.integer({ min: 2 * MIB, max: 8 * GIB }),
        connections: fc.integer({ min: 1, max: 20_000 }),
        threads: fc.integer({ min: 1, max: 128 }),
        itemSize: fc.integer({ min: KIB, max: 4 * MIB }),
      },
      { requiredKeys: [] },
    ),
    worstBytes(settings) {
      const [items, buckets] = [numberOf(settings, "memory"), 2 ** numberOf(settings, "hashpower")];
      // The table has all the buckets that it can ever need.
      assert.ok(buckets * 1.5 * 96 >= items || buckets === 2 ** 32);
      const perConnection = numberOf(settings, "connections") * 72 * KIB;
      return items + buckets * 8 + perConnection + numberOf(settings, "threads") * MIB + 48 * MIB;
    },
  });
});
