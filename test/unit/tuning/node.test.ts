import assert from "node:assert/strict";
import fc from "fast-check";
import { alone, GIB, MIB, numberOf, texts, tryAlone } from "./alone.ts";

describe("node", () => {
  it("leaves a quarter of 2 GiB outside of the heap, as Node's documentation does", () => {
    assert.deepEqual(texts(alone("node", 2 * GIB, 2), "maxOldSpaceSize", "options", "workers", "threadpoolSize"), {
      maxOldSpaceSize: "1536",
      options: "--max-old-space-size=1536 --max-semi-space-size=16",
      workers: "1",
      threadpoolSize: "4",
    });
  });
  it("uses more than the 4 GiB that V8 takes by itself", () => {
    assert.equal(alone("node", 64 * GIB, 8)["maxOldSpaceSize"]!.text, "49152");
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
  it("says where it departs from heroku, and only there", () => {
    assert.equal(alone("node", 16 * GIB, 64, { cluster: true })["workers"]!.note, null);
    assert.match(alone("node", 17 * GIB, 64, { cluster: true })["workers"]!.note!, /workers grow instead/);
  });
  it("gives less of nothing with more memory and more CPUs", () => {
    const memory = fc.oneof(fc.integer({ min: 168 * MIB, max: GIB }), fc.integer({ min: 168 * MIB, max: 2 ** 40 }));
    const given = fc.constantFrom({}, { cluster: true }, { workers: 3 });
    fc.assert(
      fc.property(
        memory,
        fc.nat(GIB),
        fc.integer({ min: 1, max: 128 }),
        fc.nat(8),
        given,
        (bytes, more, cpus, extra, options) => {
          const [small, large] = [
            tryAlone("node", bytes, cpus, options),
            tryAlone("node", bytes + more, cpus + extra, options),
          ];
          if (small === null) return;
          assert.ok(large !== null);
          for (const name of ["workers", "maxOldSpaceSize", "threadpoolSize"])
            assert.ok(numberOf(large, name) >= numberOf(small, name), name);
        },
      ),
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
  it("has no more cluster workers than CPUs", () => {
    const { workers } = alone("node", 16 * GIB, 4, { cluster: true });
    assert.deepEqual([workers!.value, workers!.boundBy], [4, "cap"]);
  });
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
