import assert from "node:assert/strict";
import fc from "fast-check";
import { jvm } from "../../../agent/tuning/jvm.ts";
import { resolveOptions } from "../../../agent/tuning/resolve-options.ts";
import { alone, GIB, type Given, MIB, numberOf, texts, tryAlone } from "./alone.ts";

// paketo-buildpacks/libjvm, helper/memory_calculator_test.go; 35 classes are its 100 JVM classes at 35 %.
const PAKETO: readonly (readonly [string, number, Given, string, string])[] = [
  ["1 GiB", GIB, { loadedClasses: 35 }, "522705K", "13870K"],
  ["1 GiB, 100 loaded classes", GIB, { loadedClasses: 100 }, "522337K", "14238K"],
  ["1 GiB, head room 10 %", GIB, { loadedClasses: 35, headroomPercent: 10 }, "417848K", "13870K"],
  ["1 GiB, 100 threads", GIB, { loadedClasses: 35, threads: 100 }, "676305K", "13870K"],
  ["10 GiB", 10 * GIB, { loadedClasses: 35 }, "9959889K", "13870K"],
  ["11 GiB", 11 * GIB, { loadedClasses: 35 }, "11008465K", "13870K"],
  ["11514136 kB", 11_514_136 * 1024, { loadedClasses: 35 }, "10988265K", "13870K"],
];

describe("jvm", () => {
  for (const [title, memoryBytes, given, heap, metaspace] of PAKETO) {
    it(`divides ${title} as Paketo's calculator`, () => {
      const expected = { heap, metaspace, codeCache: "240M", directMemory: "10M", threadStack: "1M" };
      assert.deepEqual(texts(alone("jvm", memoryBytes, 2, given), ...Object.keys(expected)), expected);
    });
  }
  it("divides 500 MiB as Cloud Foundry's calculator", () => {
    const settings = alone("jvm", 500 * MIB, 2, { loadedClasses: 1000, threads: 10 });
    assert.equal(settings["heap"]!.value, 231_858_240);
    assert.equal(settings["metaspace"]!.value, 19_800_000);
  });

  // workerPolicy.cpp: 72 -> 48 and 64 -> 43.
  for (const [vcpus, gcThreads, concGcThreads] of [
    [1, 1, 1],
    [2, 2, 1],
    [8, 8, 2],
    [9, 8, 2],
    [64, 43, 11],
    [72, 48, 12],
  ] as const) {
    it(`has ${gcThreads} GC threads on ${vcpus} CPUs`, () => {
      const settings = alone("jvm", 4 * GIB, vcpus);
      assert.deepEqual(texts(settings, "gcThreads", "concGcThreads", "activeProcessorCount"), {
        gcThreads: String(gcThreads),
        concGcThreads: String(concGcThreads),
        activeProcessorCount: String(vcpus),
      });
    });
  }
  for (const [memoryBytes, vcpus, gc] of [
    [1792 * MIB, 2, "g1"],
    [1792 * MIB - 1, 2, "serial"],
    [8 * GIB, 1, "serial"],
  ] as const) {
    it(`picks ${gc} for ${memoryBytes} bytes and ${vcpus} CPUs`, () =>
      assert.equal(alone("jvm", memoryBytes, vcpus)["gc"]!.value, gc));
  }
  it("takes the collector that is asked for", () => {
    const { gc, options } = alone("jvm", 8 * GIB, 4, { gc: "zgc" });
    assert.deepEqual([gc!.value, gc!.boundBy], ["zgc", "user"]);
    assert.match(String(options!.value), / -XX:\+UseZGC -XX:ParallelGCThreads=4 -XX:ConcGCThreads=1$/);
  });

  it("caps the heap where references stay compressed", () => {
    const { heap } = alone("jvm", 64 * GIB, 8);
    assert.deepEqual([heap!.text, heap!.boundBy], ["31G", "cap"]);
  });
  it("goes beyond with largeHeap only where 48 GiB are left, and with ZGC at once", () => {
    assert.equal(alone("jvm", 48 * GIB, 8, { largeHeap: true })["heap"]!.text, "31G");
    assert.equal(
      alone("jvm", 49 * GIB, 8, { largeHeap: true, metaspace: "264MiB", threads: 254 })["heap"]!.text,
      "49408M",
    );
    assert.equal(alone("jvm", 33 * GIB, 8, { gc: "zgc", metaspace: "264MiB", threads: 254 })["heap"]!.text, "33024M");
  });
  it("asks for no more memory than its capped heap needs", () => {
    for (const headroomPercent of [0, 7, 50]) {
      const resolved = resolveOptions(jvm, { headroomPercent });
      assert.ok(resolved.kind === "resolved");
      const settings = alone("jvm", jvm.capBytes(resolved.options), 8, { headroomPercent });
      assert.ok(numberOf(settings, "heap") >= 31 * GIB - 1);
    }
  });
  it("lets explicit values win and leaves the rest to the heap", () => {
    const given = {
      codeCache: "64MiB",
      metaspace: "128MiB",
      directMemory: "32MiB",
      threads: 32,
      threadStack: "512KiB",
    };
    const settings = alone("jvm", GIB, 2, given);
    assert.equal(settings["heap"]!.text, "784M");
    assert.deepEqual(
      ["codeCache", "metaspace", "directMemory", "threads", "threadStack"].map((name) => settings[name]!.boundBy),
      ["user", "user", "user", "user", "user"],
    );
  });
  it("writes one text for JAVA_TOOL_OPTIONS", () => {
    assert.equal(
      alone("jvm", 2 * GIB, 2, { loadedClasses: 35 })["options"]!.value,
      "-Xmx1571281K -XX:MaxMetaspaceSize=13870K -XX:ReservedCodeCacheSize=240M -XX:MaxDirectMemorySize=10M -Xss1M " +
        "-XX:ActiveProcessorCount=2 -XX:+UseG1GC -XX:ParallelGCThreads=2 -XX:ConcGCThreads=1",
    );
  });
  it("does not fit below its fixed regions and the least heap", () => {
    assert.equal(tryAlone("jvm", 512 * MIB, 2), null);
    assert.equal(tryAlone("jvm", 512 * MIB, 2, { heap: "400MiB", threads: 50 }), null);
  });

  it("stays within the memory with every region full, for any options that fit", () => {
    const given = fc.record(
      {
        threads: fc.integer({ min: 1, max: 5000 }),
        loadedClasses: fc.integer({ min: 0, max: 100_000 }),
        headroomPercent: fc.integer({ min: 0, max: 90 }),
        heap: fc.integer({ min: 8 * MIB, max: 64 * GIB }),
        largeHeap: fc.boolean(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 256 * MIB, max: 2 ** 45 }),
        fc.integer({ min: 1, max: 1024 }),
        given,
        (memory, vcpus, options) => {
          const settings = tryAlone("jvm", memory, vcpus, options);
          if (settings === null) return;
          const regions = ["heap", "metaspace", "codeCache", "directMemory"].map((name) => numberOf(settings, name));
          const stacks = numberOf(settings, "threads") * numberOf(settings, "threadStack");
          assert.ok(regions.reduce((sum, bytes) => sum + bytes, stacks) <= memory);
          assert.ok(numberOf(settings, "heap") >= 8 * MIB);
        },
      ),
    );
  });
});
