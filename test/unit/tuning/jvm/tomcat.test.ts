import assert from "node:assert/strict";
import fc from "fast-check";
import { alone, GIB, KIB, MIB, numberOf, texts, tryAlone } from "../../support/alone.ts";
import { provePromises } from "../../support/prove-profile.ts";

describe("tomcat", () => {
  // Tomcat's own maxThreads and maxConnections; Paketo's 250 threads of a servlet application.
  it("has on 4 GiB the threads and connections that Tomcat has by itself", () => {
    assert.deepEqual(texts(alone("tomcat", 4 * GIB, 2), "threads", "maxThreads", "maxConnections"), {
      threads: "250",
      maxThreads: "200",
      maxConnections: "8192",
    });
  });
  it("is divided as any JVM", () => {
    const { maxThreads, maxConnections, ...rest } = alone("tomcat", 2 * GIB, 2);
    assert.ok(maxThreads && maxConnections);
    assert.deepEqual(rest, alone("jvm", 2 * GIB, 2));
  });
  // Heaps of 81.7, 300 and 427.7 MiB, and 52 KiB for a connection in a quarter of each; 20 threads are the least of a JVM.
  for (const [memoryMib, maxThreads, maxConnections] of [
    [256, 16, 402],
    [512, 16, 1476],
    [1024, 200, 2105],
  ] as const)
    it(`serves ${maxThreads} requests at a time of ${maxConnections} connections in ${memoryMib} MiB`, () => {
      const settings = alone("tomcat", memoryMib * MIB, 2);
      assert.deepEqual(
        [settings["maxThreads"]!.value, settings["maxConnections"]!.value],
        [maxThreads, maxConnections],
      );
      assert.equal(settings["maxConnections"]!.boundBy, "share");
    });
  it("follows the threads and the heap that are asked for", () => {
    const given = { threads: 500, heap: GIB };
    const { maxThreads, maxConnections } = alone("tomcat", 4 * GIB, 2, given);
    assert.deepEqual([maxThreads!.value, maxThreads!.boundBy, maxConnections!.value], [400, "user", 5041]);
    assert.equal(alone("tomcat", 4 * GIB, 2, { threads: 1 })["maxThreads"]!.value, 1);
  });
  it("never has fewer connections than threads to serve them", () => {
    const settings = alone("tomcat", GIB, 1, { heap: 8 * MIB, threads: 300 });
    assert.deepEqual(texts(settings, "maxThreads", "maxConnections"), { maxThreads: "240", maxConnections: "240" });
  });
  it("does not fit where a JVM does not", () => assert.equal(tryAlone("tomcat", 200 * MIB, 2), null));

  provePromises({
    profile: "tomcat",
    given: fc.record(
      { threads: fc.integer({ min: 1, max: 1000 }), heap: fc.integer({ min: 64 * MIB, max: 8 * GIB }) },
      { requiredKeys: [] },
    ),
    // Stacks count as far as they are ever touched; what of the collector's memory they do not cover is beside the heap.
    worstBytes(settings) {
      const parts = ["heap", "metaspace", "codeCache", "directMemory", "gcMemory"].map((name) =>
        numberOf(settings, name),
      );
      return parts.reduce((sum, each) => sum + each) + numberOf(settings, "threads") * 512 * KIB;
    },
  });
});
