import assert from "node:assert/strict";
import fc from "fast-check";
import { jvm } from "../../../../agent/tuning/jvm/jvm.ts";
import { resolveOptions } from "../../../../agent/tuning/resolve-options.ts";
import { allot, alone, GIB, type Given, MIB, numberOf, texts, tryAlone } from "../../support/alone.ts";

// paketo-buildpacks/libjvm, helper/memory_calculator_test.go; 35 classes are its 100 JVM classes at 35 %. It counts nothing
// for the collector: Serial takes so little that stacks which are never touched meet it.
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
    it(`divides ${title} as Paketo's calculator, with Serial`, () => {
      const expected = { heap, metaspace, codeCache: "240M", directMemory: "10M", threadStack: "1M" };
      assert.deepEqual(
        texts(alone("jvm", memoryBytes, 2, { gc: "serial", ...given }), ...Object.keys(expected)),
        expected,
      );
    });
  }
  // The calculator keeps to its code cache; by itself parbake would have less of it and more heap.
  it("divides 500 MiB as Cloud Foundry's calculator", () => {
    const settings = alone("jvm", 500 * MIB, 2, { loadedClasses: 1000, threads: 10, codeCache: "240MiB" });
    assert.equal(settings["gc"]!.value, "serial");
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

  // Measured at start with -Xms as -Xmx, by native memory tracking: OpenJDK 17 commits 4.0 % of the heap and 40 MB for G1,
  // 3.7 % and 10 MB for Parallel. Of 250 stacks 125 MiB are touched.
  for (const [gib, given, flag, percent, fixedBytes] of [
    [16, {}, "-Xmx15152M", 4, 40e6],
    [16, { gc: "parallel" }, "-Xmx15152M", 3.7, 10e6],
    [64, { largeHeap: true }, "-Xmx61952M", 4, 40e6],
    [1024, { largeHeap: true }, "-Xmx998176M", 4, 40e6],
  ] as const) {
    it(`leaves room for the collector: ${flag} of ${gib} GiB`, () => {
      const settings = alone("jvm", gib * GIB, 16, given);
      assert.equal(settings["options"]!.text.split(" ")[0], flag);
      assert.match(settings["heap"]!.note!, /does not count the collector's memory/);
      const heapBytes = Number(/\d+/.exec(flag)![0]) * MIB;
      const besides = ["metaspace", "codeCache", "directMemory"].map((name) => numberOf(settings, name));
      const collectorBytes = (heapBytes * percent) / 100 + fixedBytes;
      assert.ok(besides.reduce((sum, bytes) => sum + bytes, heapBytes + collectorBytes + 125 * MIB) <= gib * GIB);
    });
  }
  it("takes nothing off a small heap for the collector", () =>
    assert.deepEqual(texts(alone("jvm", 2 * GIB, 2), "heap", "gcMemory"), { heap: "1486519K", gcMemory: "74325K" }));
  it("caps the heap where references stay compressed", () => {
    const { heap } = alone("jvm", 64 * GIB, 8);
    assert.deepEqual([heap!.text, heap!.boundBy], ["31G", "cap"]);
  });
  it("goes beyond with largeHeap only where 48 GiB are left, and with ZGC at once", () => {
    const given = { metaspace: "264MiB", threads: 254 };
    assert.equal(alone("jvm", 50 * GIB, 8, { largeHeap: true, ...given })["heap"]!.text, "31G");
    // 768 MiB for all else, 127 MiB of untouched stacks: (53248 - 768 + 127) MiB / 1.05 and (35840 - 768 + 127) MiB / 1.1.
    assert.equal(alone("jvm", 52 * GIB, 8, { largeHeap: true, ...given })["heap"]!.text, "51304350K");
    assert.equal(alone("jvm", 35 * GIB, 8, { gc: "zgc", ...given })["heap"]!.text, "32767069K");
  });
  it("asks for no more memory than its capped heap needs", () => {
    for (const headroomPercent of [0, 7, 50]) {
      const resolved = resolveOptions(jvm, { headroomPercent });
      assert.ok(resolved.kind === "resolved");
      const settings = alone("jvm", jvm.capBytes(resolved.options, allot(GIB, 8)), 8, { headroomPercent });
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
    // 784 MiB, of which Serial takes 1 %: such stacks leave nothing to it.
    assert.equal(settings["heap"]!.text, "794867K");
    assert.deepEqual(
      ["codeCache", "metaspace", "directMemory", "threads", "threadStack"].map((name) => settings[name]!.boundBy),
      ["user", "user", "user", "user", "user"],
    );
  });
  it("writes one text for JAVA_TOOL_OPTIONS", () => {
    assert.equal(
      alone("jvm", 2 * GIB, 2, { loadedClasses: 35 })["options"]!.value,
      "-Xmx1534M -XX:MaxMetaspaceSize=13870K -XX:ReservedCodeCacheSize=240M -XX:MaxDirectMemorySize=10M -Xss1M " +
        "-XX:ActiveProcessorCount=2 -XX:+UseG1GC -XX:ParallelGCThreads=2 -XX:ConcGCThreads=1",
    );
  });
  it("says what to do where the heap is of little use", () => {
    const resolved = resolveOptions(jvm, {});
    assert.ok(resolved.kind === "resolved");
    // HotSpot's own for 512 MiB: a quarter.
    assert.equal(jvm.useful(resolved.options)["heap"]!.least, 128 * MIB);
  });
  // What a heap of a plain service may be held to, so that the other apps get the rest: 1 GiB, all other regions, and 1 %
  // for Serial less the untouched halves of the 20 stacks that it has for certain.
  it("asks for no more than a given heap needs", () => {
    const resolved = resolveOptions(jvm, { heap: "1GiB", metaspace: "100MiB", gc: "serial" });
    assert.ok(resolved.kind === "resolved");
    assert.equal(jvm.capBytes(resolved.options, allot(GIB, 8)), (1024 + 100 + 240 + 10 + 250 - 10) * MIB + 10_737_419);
  });
  it("does not fit below its fixed regions and the least heap", () => {
    assert.equal(tryAlone("jvm", 238 * MIB, 2), null);
    assert.equal(tryAlone("jvm", 512 * MIB, 2, { heap: "400MiB", threads: 50 }), null);
  });

  it("stays within the memory with every region full, for any options that fit", () => {
    const given = fc.record(
      {
        threads: fc.integer({ min: 1, max: 5000 }),
        loadedClasses: fc.integer({ min: 0, max: 100_000 }),
        headroomPercent: fc.integer({ min: 0, max: 90 }),
        heap: fc.integer({ min: 8 * MIB, max: 64 * GIB }),
        gc: fc.constantFrom("auto", "g1", "serial", "zgc"),
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
          const touched = stacks / 2 + numberOf(settings, "gcMemory"); // Of 1 MiB each.
          assert.ok(regions.reduce((sum, bytes) => sum + bytes, touched) <= memory + 1);
          assert.ok(numberOf(settings, "codeCache") >= 48 * MIB && numberOf(settings, "threads") >= 1);
          assert.ok(numberOf(settings, "heap") >= 8 * MIB);
        },
      ),
    );
  });

  // Metaspace of 98632K (15,000 classes), 10M of direct memory, 48M and 20 threads at least; a heap of 64M, up to Heroku's
  // 300M; then the code cache, the threads, and more heap.
  for (const [memoryMib, heap, codeCache, threads] of [
    [239, "66231K", "48M", "20"],
    [310, "138935K", "48M", "20"],
    [384, "214711K", "48M", "20"],
    [474, "306871K", "48M", "20"],
    [475, "300M", "48M", "20"],
    [512, "300M", "85M", "20"],
    [667, "300M", "240M", "20"],
    [768, "300M", "240M", "121"],
    [896, "300M", "240M", "249"],
    [897, "307895K", "240M", "250"],
    [1024, "437943K", "240M", "250"],
  ] as const) {
    it(`buys a heap of 300 MiB, the code cache, the threads, then more heap: ${memoryMib} MiB`, () =>
      assert.deepEqual(texts(alone("jvm", memoryMib * MIB, 1), "heap", "codeCache", "threads"), {
        heap,
        codeCache,
        threads,
      }));
  }
  it("says what it gave up and why", () => {
    const { codeCache, threads, heap } = alone("jvm", 300 * MIB, 1);
    assert.deepEqual([codeCache!.boundBy, threads!.boundBy, heap!.boundBy], ["ladder", "ladder", "share"]);
    assert.equal(alone("jvm", 512 * MIB, 2)["heap"]!.boundBy, "floor");
    assert.match(threads!.note!, /so that the app fits/);
    assert.deepEqual(threads!.inputs, { spareBytes: 0, threadStackBytes: 1_048_576 });
  });
  it("gives up nothing that was asked for", () => {
    assert.equal(tryAlone("jvm", 468 * MIB, 1, { threads: 250 }), null);
    const { codeCache, threads } = alone("jvm", 512 * MIB, 1, { threads: 150 });
    assert.deepEqual([threads!.text, threads!.boundBy], ["150", "user"]);
    assert.deepEqual([codeCache!.text, codeCache!.boundBy], ["48M", "ladder"]);
  });
  // Measured: OpenJDK 17 makes 522705K to 524288K, and with G1 20000001K to 20004864K and 65000001K to 65011712K.
  for (const [heapKib, flag] of [
    [522_705, "-Xmx510M"],
    [9_959_889, "-Xmx9720M"],
    [20_000_001, "-Xmx19520M"],
    [32_505_855, "-Xmx31728M"],
  ] as const) {
    it(`writes ${heapKib}K down to whole steps of HotSpot's: ${flag}`, () => {
      // 64 MiB of metaspace, 240 of code, 10 of direct memory, and stacks that meet what the collector takes.
      const settings = alone("jvm", (heapKib + 4314 * 1024) * 1024, 2, { metaspace: "64MiB", threads: 4000 });
      assert.equal(settings["heap"]!.value, heapKib * 1024);
      assert.equal(settings["options"]!.text.split(" ")[0], flag);
      assert.match(settings["options"]!.note!, /rounds -Xmx up/);
    });
  }
  it("passes on a heap that was asked for as it is", () =>
    assert.match(alone("jvm", GIB, 2, { heap: "100001KiB" })["options"]!.text, /^-Xmx100001K /));

  it("gives less of nothing with more memory, and no less heap or threads with more CPUs", () => {
    const memory = fc.oneof(fc.integer({ min: 230 * MIB, max: 2 * GIB }), fc.integer({ min: GIB, max: 2 ** 45 }));
    const given = fc.record(
      {
        threads: fc.integer({ min: 1, max: 400 }),
        codeCache: fc.integer({ min: 4 * MIB, max: 300 * MIB }),
        headroomPercent: fc.integer({ min: 0, max: 50 }),
        gc: fc.constantFrom("auto", "g1", "zgc"),
        threadStack: fc.integer({ min: 256 * 1024, max: 3 * MIB }),
        largeHeap: fc.boolean(),
      },
      { requiredKeys: [] },
    );
    const heapFlagKib = (options: string): number => {
      const [, amount, unit] = /^-Xmx(\d+)([KMG])/.exec(options)!;
      return Number(amount) * { K: 1, M: 1024, G: 1024 ** 2 }[unit as "K" | "M" | "G"];
    };
    fc.assert(
      fc.property(
        memory,
        fc.nat(64 * MIB),
        fc.integer({ min: 1, max: 64 }),
        fc.nat(8),
        given,
        (bytes, more, cpus, extra, options) => {
          const [small, large] = [
            tryAlone("jvm", bytes, cpus, options),
            tryAlone("jvm", bytes + more, cpus + extra, options),
          ];
          if (small === null) return;
          assert.ok(large !== null);
          for (const name of ["heap", "codeCache", "threads", "metaspace", "gcMemory", "gcThreads", "concGcThreads"])
            assert.ok(numberOf(large, name) >= numberOf(small, name), name);
          assert.ok(heapFlagKib(large["options"]!.text) >= heapFlagKib(small["options"]!.text));
          assert.ok(heapFlagKib(small["options"]!.text) * 1024 <= numberOf(small, "heap"));
        },
      ),
      { numRuns: 1000 },
    );
  });
});
