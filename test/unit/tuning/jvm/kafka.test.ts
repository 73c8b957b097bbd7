import assert from "node:assert/strict";
import fc from "fast-check";
import { alone, GIB, type Given, MIB, numberOf, texts, tryAlone } from "../../support/alone.ts";
import { anyServerOptions, serverWorstBytes } from "../../support/jvm-server.ts";
import { provePromises } from "../../support/prove-profile.ts";

describe("kafka", () => {
  // kafka-server-start.sh has 1 GiB, the documentation 6 GiB for production, Strimzi the smaller of a share and a maximum.
  const cases: readonly (readonly [number, Given, string])[] = [
    [1024, {}, "512m"],
    [2048, {}, "1024m"],
    [4096, {}, "1024m"],
    [8192, {}, "2048m"],
    [16_384, {}, "4096m"],
    [24_576, {}, "6144m"],
    [65_536, {}, "6144m"],
    [65_536, { production: true }, "6144m"],
    [65_536, { production: false }, "1024m"],
    [8192, { heapMax: "5GiB", heapPercent: 50 }, "4096m"],
    [16_384, { heapMax: "5GiB", heapPercent: 50 }, "5120m"],
    [8192, { heapMax: "5GiB", heapPercent: 25 }, "2048m"],
  ];
  for (const [memoryMib, given, heap] of cases) {
    it(`has a heap of ${heap} in ${memoryMib} MiB with ${JSON.stringify(given)}`, () =>
      assert.equal(alone("kafka", memoryMib * MIB, 4, given)["heap"]!.text, heap));
  }
  // kafka.apache.org, design: all free memory is the page cache's, rather than a heap's.
  it("has more page cache than heap from 4 GiB on", () => {
    for (const gib of [4, 8, 16, 32]) {
      const settings = alone("kafka", gib * GIB, 4);
      assert.ok(numberOf(settings, "pageCache") > numberOf(settings, "heap"), `${gib} GiB`);
    }
  });
  it("leaves the rest to the page cache", () => {
    assert.ok(numberOf(alone("kafka", 64 * GIB, 8), "pageCache") > 53 * GIB);
  });
  it("has the broker's threads, and more of them on more CPUs", () => {
    const threads = [1, 8, 16, 64].map((vcpus) =>
      ["num_network_threads", "num_io_threads"].map((name) => alone("kafka", 64 * GIB, vcpus)[name]!.value),
    );
    assert.deepEqual(threads, [
      [3, 8],
      [4, 8],
      [8, 16],
      [32, 64],
    ]);
  });
  it("has no more threads than fit", () => {
    const settings = alone("kafka", GIB, 64);
    assert.deepEqual(texts(settings, "threads", "num_network_threads", "num_io_threads"), {
      threads: "100",
      num_network_threads: "3",
      num_io_threads: "8",
    });
  });
  it("writes the variables that its scripts read", () => {
    const settings = alone("kafka", 8 * GIB, 4, { production: true });
    assert.deepEqual(texts(settings, "KAFKA_HEAP_OPTS", "KAFKA_JVM_PERFORMANCE_OPTS"), {
      KAFKA_HEAP_OPTS: "-Xms2048m -Xmx2048m",
      KAFKA_JVM_PERFORMANCE_OPTS:
        "-server -XX:ReservedCodeCacheSize=240m -XX:MaxDirectMemorySize=512m -Xss1m " +
        "-XX:ActiveProcessorCount=4 -XX:MetaspaceSize=96m -XX:+UseG1GC -XX:MaxGCPauseMillis=20 -XX:InitiatingHeapOccupancyPercent=35 " +
        "-XX:+ExplicitGCInvokesConcurrent -Djava.awt.headless=true",
    });
  });
  // Kafka's documentation has MetaspaceSize, which limits nothing: a limit would kill a broker with plugins.
  it("limits class metadata only where it is told to", () => {
    const told = alone("kafka", 8 * GIB, 4, { metaspace: "256MiB" });
    assert.match(told["KAFKA_JVM_PERFORMANCE_OPTS"]!.text, / -XX:MaxMetaspaceSize=256m /);
    assert.doesNotMatch(alone("kafka", 8 * GIB, 4)["KAFKA_JVM_PERFORMANCE_OPTS"]!.text, /MaxMetaspaceSize/);
  });
  it("does not fit below 536 MiB", () => {
    assert.equal(alone("kafka", 536 * MIB, 2)["heap"]!.text, "256m");
    assert.equal(tryAlone("kafka", 536 * MIB - 1, 2), null);
  });

  provePromises({
    profile: "kafka",
    given: anyServerOptions({
      production: fc.boolean(),
      heapMax: fc.integer({ min: 64 * MIB, max: 31 * GIB }),
      heapPercent: fc.integer({ min: 1, max: 60 }),
    }),
    worstBytes: serverWorstBytes,
  });
});
