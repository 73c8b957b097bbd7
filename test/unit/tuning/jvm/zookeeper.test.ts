import assert from "node:assert/strict";
import fc from "fast-check";
import { alone, GIB, MIB, texts, tryAlone } from "../../support/alone.ts";
import { anyServerOptions, serverWorstBytes } from "../../support/jvm-server.ts";
import { provePromises } from "../../support/prove-profile.ts";

describe("zookeeper", () => {
  // Its guide: 3 GB on a machine of 4 GB. Cloudera's, beside Kafka: 4 GB.
  for (const [memoryMib, heap, boundBy] of [
    [512, "336m", "share"],
    [1024, "768m", null],
    [2048, "1536m", null],
    [4096, "3072m", null],
    [8192, "4096m", "cap"],
    [65_536, "4096m", "cap"],
  ] as const)
    it(`has a heap of ${heap} in ${memoryMib} MiB`, () => {
      const setting = alone("zookeeper", memoryMib * MIB, 4)["heap"]!;
      assert.deepEqual([setting.text, setting.boundBy], [heap, boundBy]);
    });
  it("has a larger heap where it is told to", () => {
    assert.equal(alone("zookeeper", 16 * GIB, 4, { heapMax: "31GiB" })["heap"]!.text, "12288m");
  });
  it("starts with all of its heap in memory, and pauses shortly", () => {
    assert.deepEqual(texts(alone("zookeeper", 4 * GIB, 4), "options"), {
      options:
        "-Xms3072m -Xmx3072m -XX:ReservedCodeCacheSize=240m -XX:MaxDirectMemorySize=192m -Xss1m " +
        "-XX:ActiveProcessorCount=4 -XX:+UseG1GC -XX:MaxGCPauseMillis=50 -XX:+AlwaysPreTouch",
    });
  });
  // G1's regions are 8 MiB here: HotSpot makes 16392 MiB of a heap of 16385.
  it("leaves room for what a large heap is rounded up by, where the options take all else", () => {
    const settings = alone("zookeeper", 22_907_890_347, 1, {
      heapMax: "17180917760B",
      codeCache: "4MiB",
      directMemory: "1MiB",
      threads: "647",
      threadStack: "2096612B",
      pageCacheMin: "4294967152B",
    });
    assert.equal(settings["heap"]!.text, "16383m");
    assert.ok(serverWorstBytes(settings) <= 22_907_890_347);
  });
  it("counts only the CPUs whose threads fit", () => {
    assert.match(alone("zookeeper", 512 * MIB, 32)["options"]!.text, /-XX:ActiveProcessorCount=2 /);
    assert.match(alone("zookeeper", 8 * GIB, 32)["options"]!.text, /-XX:ActiveProcessorCount=32 /);
  });
  it("does not fit below 304 MiB", () => {
    assert.equal(alone("zookeeper", 304 * MIB, 2)["heap"]!.text, "128m");
    assert.equal(tryAlone("zookeeper", 304 * MIB - 1, 2), null);
  });

  provePromises({
    profile: "zookeeper",
    given: anyServerOptions({ heapMax: fc.integer({ min: 128 * MIB, max: 31 * GIB }) }),
    worstBytes: serverWorstBytes,
  });
});
