import assert from "node:assert/strict";
import fc from "fast-check";
import { mongodb } from "../../../../agent/tuning/databases/mongodb.ts";
import { alone, GIB, MIB, numberOf, texts, tryAlone } from "../../support/alone.ts";
import { provePromises } from "../../support/prove-profile.ts";

const TIB = 1024 * GIB;

describe("mongodb", () => {
  // max((MB - 1024) / 2, 256), at most 10,000,000 MB, cut to whole MB: what mongod takes by itself. In the manual: 4 GB and 1.25 GB.
  for (const [memory, cacheSizeGB, cacheMib, boundBy] of [
    [512 * MIB, "0.25", 256, "floor"],
    [GIB, "0.25", 256, "floor"],
    [1.25 * GIB, "0.25", 256, "floor"],
    [1.5 * GIB, "0.25", 256, null],
    [1538 * MIB, "0.2509765625", 257, null],
    [1539 * MIB, "0.2509765625", 257, null],
    [2 * GIB, "0.5", 512, null],
    [4 * GIB, "1.5", 1536, null],
    [8 * GIB, "3.5", 3584, null],
    [16 * GIB, "7.5", 7680, null],
    [64 * GIB, "31.5", 32_256, null],
    [TIB, "511.5", 523_776, null],
    [32 * TIB, "9765.625", 10_000_000, "cap"],
  ] as const) {
    it(`has a cache of ${cacheSizeGB} GiB in ${memory / MIB} MiB`, () => {
      const setting = alone("mongodb", memory, 4)["cacheSizeGB"]!;
      assert.deepEqual(
        [setting.text, setting.value, setting.unit, setting.boundBy],
        [cacheSizeGB, cacheMib * MIB, "bytes", boundBy],
      );
    });
  }

  // 1 MiB each, in half of what the cache, 128 MiB and 200 MiB of an index build leave; maxPoolSize of the drivers is 100.
  for (const [memory, connections, boundBy] of [
    [600 * MIB, 64, "floor"],
    [700 * MIB, 100, "floor"],
    [784 * MIB, 100, null],
    [GIB, 220, null],
    [4 * GIB, 1116, null],
    [16 * GIB, 4188, null],
    [256 * GIB, 51_200, "cap"],
    [32 * TIB, 51_200, "cap"],
  ] as const) {
    it(`takes ${connections} connections in ${memory / MIB} MiB`, () => {
      const setting = alone("mongodb", memory, 4)["maxIncomingConnections"]!;
      assert.deepEqual([setting.value, setting.boundBy], [connections, boundBy]);
    });
  }

  it("gives up memory for index builds before anything else", () => {
    const built = (memory: number): unknown[] => {
      const setting = alone("mongodb", memory, 1)["maxIndexBuildMemoryUsageMegabytes"]!;
      return [setting.text, setting.boundBy];
    };
    assert.deepEqual(built(498 * MIB), ["50", "ladder"]);
    assert.deepEqual(built(600 * MIB), ["152", "ladder"]);
    assert.deepEqual(built(648 * MIB), ["200", null]);
    assert.deepEqual(built(64 * GIB), ["200", null]);
    assert.equal(tryAlone("mongodb", 498 * MIB - 1, 1), null);
  });
  it("asks for the open files of the manual, or five for every four connections", () => {
    assert.equal(alone("mongodb", 32 * TIB, 4)["LimitNOFILE"]!.value, 64_000);
    assert.equal(alone("mongodb", 512 * GIB, 4, { maxIncomingConnections: 51_200 })["LimitNOFILE"]!.value, 64_000);
    assert.equal(alone("mongodb", 512 * GIB, 4, { maxIncomingConnections: 51_201 })["LimitNOFILE"]!.value, 64_002);
    assert.equal(alone("mongodb", 512 * GIB, 4, { maxIncomingConnections: 100_000 })["LimitNOFILE"]!.value, 125_000);
  });
  it("says that fewer connections than one client's pool opens are few", () => {
    const { least } = mongodb.useful({})["maxIncomingConnections"]!;
    assert.equal(least, 100);
    const connections = [683 * MIB, 684 * MIB].map((memory) =>
      numberOf(alone("mongodb", memory, 2), "maxIncomingConnections"),
    );
    assert.deepEqual(
      connections.map((count) => count >= least),
      [false, true],
    );
  });
  it("takes what is asked for", () => {
    const given = { cacheSizeGB: "3GiB", maxIncomingConnections: 500, maxIndexBuildMemoryUsageMegabytes: "100MiB" };
    const settings = alone("mongodb", 8 * GIB, 4, given);
    assert.deepEqual(texts(settings, ...Object.keys(given)), {
      cacheSizeGB: "3",
      maxIncomingConnections: "500",
      maxIndexBuildMemoryUsageMegabytes: "100",
    });
    for (const name of Object.keys(given)) assert.equal(settings[name]!.boundBy, "user");
  });
  it("cuts a cache that is no whole number of MiB, as mongod does", () => {
    const { cacheSizeGB } = alone("mongodb", 8 * GIB, 4, { cacheSizeGB: 1_000_000_000 });
    assert.deepEqual([cacheSizeGB!.text, cacheSizeGB!.value], ["0.9306640625", 953 * MIB]);
  });
  it("has a smaller cache where the connections that are asked for need the room", () => {
    const { cacheSizeGB } = alone("mongodb", 4 * GIB, 4, { maxIncomingConnections: 3000 });
    assert.deepEqual([cacheSizeGB!.value, cacheSizeGB!.boundBy], [768 * MIB, "share"]);
    assert.match(String(cacheSizeGB!.note), /connections/);
    assert.equal(tryAlone("mongodb", 4 * GIB, 4, { maxIncomingConnections: 4000 }), null);
  });
  it("does not take a cache that mongod refuses", () => {
    assert.equal(tryAlone("mongodb", 4 * GIB, 4, { cacheSizeGB: "255MiB" }), null);
  });

  provePromises({
    profile: "mongodb",
    given: fc.record(
      {
        cacheSizeGB: fc.integer({ min: 256 * MIB, max: 16 * GIB }),
        maxIncomingConnections: fc.integer({ min: 5, max: 20_000 }),
        maxIndexBuildMemoryUsageMegabytes: fc.integer({ min: 50 * MIB, max: GIB }),
      },
      { requiredKeys: [] },
    ),
    worstBytes: (settings) =>
      128 * MIB +
      numberOf(settings, "cacheSizeGB") +
      numberOf(settings, "maxIndexBuildMemoryUsageMegabytes") +
      numberOf(settings, "maxIncomingConnections") * MIB,
  });
});
