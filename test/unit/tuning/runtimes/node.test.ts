import assert from "node:assert/strict";
import fc from "fast-check";
import { resolveOptions } from "../../../../agent/tuning/resolve-options.ts";
import { node } from "../../../../agent/tuning/runtimes/node.ts";
import { allot, alone, GIB, type Given, MIB, numberOf, texts, tryAlone } from "../../support/alone.ts";

describe("node", () => {
  it("leaves a quarter of 2 GiB outside of the heap, as Node's documentation does", () => {
    assert.deepEqual(texts(alone("node", 2 * GIB, 2), "maxOldSpaceSize", "options", "workers", "threadpoolSize"), {
      maxOldSpaceSize: "1536",
      options: "--max-old-space-size=1536 --max-semi-space-size=16",
      workers: "1",
      threadpoolSize: "4",
    });
  });
  // v8, heap.cc: 4 GiB at most, however large the machine.
  it("has no larger heap than V8 takes by itself, unless told", () => {
    const heap = (given: Given): unknown[] => {
      const { maxOldSpaceSize } = alone("node", 64 * GIB, 8, given);
      return [maxOldSpaceSize!.text, maxOldSpaceSize!.boundBy];
    };
    assert.deepEqual(heap({}), ["4096", "cap"]);
    assert.deepEqual(heap({ maxHeap: "1GiB" }), ["1024", "user"]);
    assert.deepEqual(heap({ maxHeap: "1TiB" }), ["49152", null]);
  });
  it("can use what holds the largest heap, in each process", () => {
    const capMib = (vcpus: number, given: Given): number => {
      const resolved = resolveOptions(node, given);
      assert.ok(resolved.kind === "resolved");
      return Math.floor(node.capBytes(resolved.options, allot(GIB, vcpus)) / MIB);
    };
    // 4096 * 4 / 3.
    assert.equal(capMib(16, {}), 5461);
    assert.equal(capMib(16, { cluster: true }), 64 + Math.floor(16 * 5461.34));
    assert.equal(capMib(16, { cluster: true, workers: 2, maxHeap: "3GiB" }), 64 + 2 * 4096);
  });
  it("is of little use below 128 MiB of heap, which any machine has for it alone", () => {
    const useful = (workers: number | null) => node.useful({ workers })["maxOldSpaceSize"]!;
    assert.deepEqual([useful(null).least, useful(null).instead], [128 * MIB, undefined]);
    assert.match(useful(8).instead!, /workers/);
    assert.equal(alone("node", 256 * MIB, 2)["maxOldSpaceSize"]!.value, 128 * MIB);
  });
  it("leaves more than a quarter where young generation and stacks need it", () => {
    assert.equal(alone("node", 512 * MIB, 2)["maxOldSpaceSize"]!.text, "352");
    assert.equal(alone("node", 256 * MIB, 2)["maxOldSpaceSize"]!.text, "128");
  });
  // 64 MiB of old space, 48 young, 48 of Node itself, 8 for each thread's stack.
  for (const [memoryMib, threads, boundBy] of [
    [168, 1, "ladder"],
    [184, 3, "ladder"],
    [192, 4, "floor"],
  ] as const) {
    it(`gives up threads of the pool, not the heap: ${threads} in ${memoryMib} MiB`, () => {
      const { maxOldSpaceSize, threadpoolSize } = alone("node", memoryMib * MIB, 1);
      assert.equal(maxOldSpaceSize!.text, "64");
      assert.deepEqual([threadpoolSize!.value, threadpoolSize!.boundBy], [threads, boundBy]);
    });
  }
  it("does not fit below 168 MiB", () => assert.equal(tryAlone("node", 168 * MIB - 1, 1), null));
  const anyMemory = fc.oneof(fc.integer({ min: 168 * MIB, max: GIB }), fc.integer({ min: 168 * MIB, max: 2 ** 40 }));
  const anyGiven = fc.constantFrom({}, { cluster: true }, { workers: 3 });
  const anyVcpus = fc.integer({ min: 1, max: 128 });
  it("gives less of nothing with more memory", () => {
    fc.assert(
      fc.property(anyMemory, fc.nat(GIB), anyVcpus, anyGiven, (bytes, more, cpus, options) => {
        const small = tryAlone("node", bytes, cpus, options);
        if (small === null) return;
        const large = alone("node", bytes + more, cpus, options);
        for (const name of ["workers", "maxOldSpaceSize", "threadpoolSize"])
          assert.ok(numberOf(large, name) >= numberOf(small, name), name);
      }),
    );
  });
  // The CPUs of a cluster share the memory: 296 MiB are the old space of Heroku's worker of 512.
  it("gives no fewer workers and threads with more CPUs, and to each of a cluster the heap of Heroku's worker", () => {
    fc.assert(
      fc.property(anyMemory, anyVcpus, fc.nat(8), anyGiven, (bytes, cpus, extra, options) => {
        const few = tryAlone("node", bytes, cpus, options);
        if (few === null) return;
        const many = alone("node", bytes, cpus + extra, options);
        for (const name of ["workers", "threadpoolSize"]) assert.ok(numberOf(many, name) >= numberOf(few, name), name);
        const [before, after] = [few, many].map((settings) => numberOf(settings, "maxOldSpaceSize"));
        assert.ok(after! >= ("cluster" in options ? Math.min(before!, 296 * MIB) : before!));
      }),
    );
  });

  // heroku, WEB_CONCURRENCY.sh: 512 -> 1, 1024 -> 2, 2560 -> 5, 14336 -> 28.
  for (const [memoryMib, workers] of [
    [512, 1],
    [1024, 2],
    [2560, 5],
    [14_336, 28],
    [16_384, 32],
    [16_385, 32],
    [131_072, 64],
  ] as const) {
    it(`has ${workers} cluster workers in ${memoryMib} MiB`, () =>
      assert.equal(alone("node", memoryMib * MIB, 64, { cluster: true })["workers"]!.value, workers));
  }
  // A worker per CPU, and in it 3/4 of its part as old space: about 1.5 GB of 2 GiB, 3 GB of 4.
  for (const [memoryGib, vcpus, workers, oldSpaceMib] of [
    [2, 2, 2, 744],
    [8, 4, 4, 1524],
    [16, 4, 4, 3060],
    [64, 16, 16, 3069],
    [128, 16, 16, 4096],
    // Heroku's least worker.
    [8, 64, 16, 296],
  ] as const) {
    it(`gives each cluster worker what the share has for it: ${memoryGib} GiB on ${vcpus} CPUs`, () => {
      const settings = alone("node", memoryGib * GIB, vcpus, { cluster: true });
      assert.deepEqual(texts(settings, "workers", "maxOldSpaceSize", "threadpoolSize"), {
        workers: String(workers),
        maxOldSpaceSize: String(oldSpaceMib),
        threadpoolSize: "4",
      });
    });
  }
  it("divides the memory by the workers that are asked for", () => {
    const settings = alone("node", 4160 * MIB, 16, { workers: 4 });
    assert.deepEqual([settings["workers"]!.value, settings["maxOldSpaceSize"]!.text], [4, "768"]);
  });
  it("has a pool thread per CPU as far as their stacks fit", () => {
    assert.equal(alone("node", 64 * GIB, 32)["threadpoolSize"]!.value, 32);
    assert.equal(alone("node", GIB, 192)["threadpoolSize"]!.value, 16);
    assert.equal(alone("node", 1024 * GIB, 1025)["threadpoolSize"]!.value, 1024);
  });

  it("stays within the share with every worker's heap and stacks full", () => {
    const memory = fc.oneof(fc.integer({ min: 168 * MIB, max: 4 * GIB }), fc.integer({ min: 168 * MIB, max: 2 ** 45 }));
    const given = fc.oneof(
      fc.constant({}),
      fc.constant({ cluster: true }),
      fc.record({ cluster: fc.boolean(), workers: fc.integer({ min: 1, max: 64 }) }),
    );
    fc.assert(
      fc.property(memory, fc.integer({ min: 1, max: 1024 }), given, (memoryBytes, vcpus, options) => {
        const settings = tryAlone("node", memoryBytes, vcpus, options);
        if (settings === null) return;
        const stacks = numberOf(settings, "threadpoolSize") * 8 * MIB;
        const process = numberOf(settings, "maxOldSpaceSize") + 96 * MIB + stacks;
        assert.ok(numberOf(settings, "workers") * process <= memoryBytes);
        assert.ok(numberOf(settings, "maxOldSpaceSize") >= 64 * MIB);
      }),
    );
  });
});
