import assert from "node:assert/strict";
import fc from "fast-check";
import { tuneAlone } from "../../../../agent/tuning/compute-tuning.ts";
import { resolveOptions } from "../../../../agent/tuning/resolve-options.ts";
import { puma } from "../../../../agent/tuning/runtimes/puma.ts";
import { allot, alone, GIB, type Given, MIB, numberOf, texts, tryAlone } from "../../support/alone.ts";
import { provePromises } from "../../support/prove-profile.ts";

function workersOn(architecture: string, vcpus: number, cores: number): unknown {
  const result = tuneAlone("puma", allot(64 * GIB, vcpus, { cores, architecture }), {});
  return result.kind === "tuned" ? result.settings["workers"]!.value : result;
}

describe("puma", () => {
  it("has the documentation's usual pod: 4 workers of 5 threads on 4 CPUs and 8 GB", () => {
    assert.deepEqual(texts(alone("puma", 8 * GIB, 4), "workers", "threads", "mode", "MALLOC_ARENA_MAX", "env"), {
      workers: "4",
      threads: "5",
      mode: "cluster",
      MALLOC_ARENA_MAX: "2",
      env: "WEB_CONCURRENCY=4\nRAILS_MAX_THREADS=5\nMALLOC_ARENA_MAX=2",
    });
  });
  it("counts physical cores on ARM, hyperthreads on x86", () => {
    assert.equal(workersOn("arm64", 16, 8), 8);
    assert.equal(workersOn("aarch64", 16, 8), 8);
    assert.equal(workersOn("x86_64", 16, 8), 16);
  });
  it("is in single mode on one CPU", () => {
    const { workers, mode } = alone("puma", 8 * GIB, 1);
    assert.deepEqual([workers!.value, workers!.boundBy, mode!.text], [0, null, "single"]);
  });
  // The master's GiB and 512 MiB for each: two workers from 2 GiB.
  for (const [memoryMib, workers, boundBy] of [
    [512, 0, "ladder"],
    [2047, 0, "ladder"],
    [2048, 2, "ladder"],
    [3071, 3, "ladder"],
    [5120, 8, null],
  ] as const) {
    it(`has ${workers} workers in ${memoryMib} MiB on 8 CPUs`, () => {
      const setting = alone("puma", memoryMib * MIB, 8)["workers"]!;
      assert.deepEqual([setting.value, setting.boundBy], [workers, boundBy]);
    });
  }
  it("can use a worker for each core and the master, no more", () => {
    const capMib = (vcpus: number, given: Given, architecture: string): number => {
      const resolved = resolveOptions(puma, given);
      assert.ok(resolved.kind === "resolved");
      return puma.capBytes(resolved.options, { vcpus, cores: vcpus / 2, architecture }) / MIB;
    };
    assert.equal(capMib(16, {}, "x86_64"), 1024 + 16 * 512);
    assert.equal(capMib(16, {}, "arm64"), 1024 + 8 * 512);
    assert.equal(capMib(16, { workers: 3 }, "x86_64"), 1024 + 3 * 512);
    assert.equal(capMib(1, {}, "x86_64"), 512);
  });
  it("takes the workers and threads that are asked for, if they fit", () => {
    const { workers, threads } = alone("puma", 2560 * MIB, 1, { workers: 3, threads: 16 });
    assert.deepEqual([workers!.value, workers!.boundBy, threads!.value, threads!.boundBy], [3, "user", 16, "user"]);
    assert.equal(tryAlone("puma", 2559 * MIB, 64, { workers: 3 }), null);
  });

  provePromises({
    profile: "puma",
    given: fc.record(
      {
        workers: fc.integer({ min: 0, max: 16 }),
        threads: fc.integer({ min: 1, max: 32 }),
        workerMemory: fc.integer({ min: 32 * MIB, max: 2 * GIB }),
        masterMemory: fc.integer({ min: 32 * MIB, max: 2 * GIB }),
      },
      { requiredKeys: [] },
    ),
    worstBytes(settings, { workerMemory = 512 * MIB, masterMemory = GIB }) {
      const workers = numberOf(settings, "workers");
      return workers === 0 ? Number(workerMemory) : Number(masterMemory) + workers * Number(workerMemory);
    },
  });
});
