import assert from "node:assert/strict";
import { alone, GIB, MIB, texts, tryAlone } from "../../support/alone.ts";
import { anyServerOptions, serverWorstBytes } from "../../support/jvm-server.ts";
import { provePromises } from "../../support/prove-profile.ts";

describe("logstash", () => {
  // Its documentation: 50 to 75 % of the memory, no less than 4 GB and no more than 8 GB; direct memory of half the heap.
  for (const [memoryMib, heap, directMemory, boundBy] of [
    [1024, "512m", "32m", null],
    [2048, "1024m", "455m", null],
    [8192, "4096m", "2048m", null],
    [16_384, "8192m", "4096m", "cap"],
    [65_536, "8192m", "4096m", "cap"],
  ] as const)
    it(`has a heap of ${heap} and ${directMemory} of direct memory in ${memoryMib} MiB`, () => {
      const settings = alone("logstash", memoryMib * MIB, 4);
      assert.deepEqual(texts(settings, "heap", "directMemory"), { heap, directMemory });
      assert.equal(settings["heap"]!.boundBy, boundBy);
    });
  it("has a worker for each CPU that the JVM counts, which are those whose threads fit", () => {
    const workers = (memory: number, vcpus: number) => alone("logstash", memory, vcpus)["pipeline_workers"]!.value;
    assert.deepEqual([workers(8 * GIB, 4), workers(8 * GIB, 64), workers(GIB, 64)], [4, 64, 4]);
  });
  it("writes the flags that take precedence over jvm.options", () => {
    assert.deepEqual(texts(alone("logstash", 8 * GIB, 4), "options"), {
      options:
        "-Xms4096m -Xmx4096m -XX:ReservedCodeCacheSize=240m -XX:MaxDirectMemorySize=2048m -Xss1m -XX:ActiveProcessorCount=4",
    });
  });
  it("does not fit below 584 MiB", () => {
    assert.equal(alone("logstash", 584 * MIB, 2)["heap"]!.text, "256m");
    assert.equal(tryAlone("logstash", 584 * MIB - 1, 2), null);
  });

  provePromises({ profile: "logstash", given: anyServerOptions({}), worstBytes: serverWorstBytes });
});
