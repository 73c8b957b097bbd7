import assert from "node:assert/strict";
import fc from "fast-check";
import { resolveOptions } from "../../../../agent/tuning/resolve-options.ts";
import { sidekiq } from "../../../../agent/tuning/runtimes/sidekiq.ts";
import { allot, alone, GIB, type Given, MIB, numberOf, texts, tryAlone } from "../../support/alone.ts";
import { provePromises } from "../../support/prove-profile.ts";

describe("sidekiq", () => {
  it("is one process with the 5 threads that Sidekiq 7 has, as its own unit starts it", () => {
    assert.deepEqual(texts(alone("sidekiq", 8 * GIB, 4), "processes", "concurrency", "MALLOC_ARENA_MAX", "env"), {
      processes: "1",
      concurrency: "5",
      MALLOC_ARENA_MAX: "2",
      env: "SIDEKIQ_COUNT=1\nRAILS_MAX_THREADS=5\nMALLOC_ARENA_MAX=2",
    });
  });
  // The swarm's own process is as large as one of those that it starts.
  for (const [memoryGib, processMemory, processes, boundBy] of [
    [2, GIB, 1, "ladder"],
    [4.9, GIB, 3, "ladder"],
    [8, GIB, 7, "ladder"],
    [9, GIB, 8, null],
    [64, GIB, 8, null],
    [2.25, 256 * MIB, 8, null],
  ] as const)
    it(`is a swarm of ${processes} in ${memoryGib} GiB on 8 CPUs, at ${processMemory / MIB} MiB each`, () => {
      const setting = alone("sidekiq", memoryGib * GIB, 8, { swarm: true, processMemory })["processes"]!;
      assert.deepEqual([setting.value, setting.boundBy], [processes, boundBy]);
    });
  it("can use its process, or as a swarm one for each CPU and its own, no more", () => {
    const capGib = (vcpus: number, given: Given): number => {
      const resolved = resolveOptions(sidekiq, given);
      assert.ok(resolved.kind === "resolved");
      return sidekiq.capBytes(resolved.options, allot(GIB, vcpus)) / GIB;
    };
    assert.deepEqual([capGib(4, {}), capGib(4, { swarm: true }), capGib(4, { processes: 2 })], [0.5, 2.5, 1]);
  });
  it("takes the processes and threads that are asked for, if they fit", () => {
    const { processes, concurrency } = alone("sidekiq", GIB, 1, { processes: 2, concurrency: 10 });
    assert.deepEqual([processes!.value, processes!.boundBy], [2, "user"]);
    assert.deepEqual([concurrency!.value, concurrency!.boundBy], [10, "user"]);
    assert.equal(tryAlone("sidekiq", GIB - 1, 64, { processes: 2 }), null);
    assert.equal(tryAlone("sidekiq", GIB - 1, 64, { swarm: true }), null);
  });

  provePromises({
    profile: "sidekiq",
    given: fc.record(
      {
        processes: fc.integer({ min: 1, max: 16 }),
        concurrency: fc.integer({ min: 1, max: 50 }),
        processMemory: fc.integer({ min: 32 * MIB, max: 2 * GIB }),
        swarm: fc.boolean(),
      },
      { requiredKeys: [] },
    ),
    worstBytes: (settings, { processMemory = 512 * MIB, swarm = false }) =>
      (numberOf(settings, "processes") + Number(swarm)) * Number(processMemory),
  });
});
