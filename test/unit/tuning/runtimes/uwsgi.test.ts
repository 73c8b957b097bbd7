import assert from "node:assert/strict";
import fc from "fast-check";
import { resolveOptions } from "../../../../agent/tuning/resolve-options.ts";
import { uwsgi } from "../../../../agent/tuning/runtimes/uwsgi.ts";
import { allot, alone, GIB, type Given, MIB, numberOf, texts, tryAlone } from "../../support/alone.ts";
import { provePromises } from "../../support/prove-profile.ts";

const NAMES = ["workers", "threads", "reload_on_rss", "env"] as const;

describe("uwsgi", () => {
  // Heroku's rule for a Python web process: 256 MB each, and no more than twice the CPUs and one.
  it("has nine workers without threads on 4 CPUs, as Heroku has them", () => {
    assert.deepEqual(texts(alone("uwsgi", 16 * GIB, 4), ...NAMES), {
      workers: "9",
      threads: "1",
      reload_on_rss: "absent",
      env: "UWSGI_WORKERS=9\nUWSGI_THREADS=1",
    });
  });
  for (const [memoryMib, workers, boundBy] of [
    [256, 1, null],
    [511, 1, null],
    [512, 2, null],
    [2303, 8, null],
    [2304, 9, null],
    [2560, 9, "cap"],
  ] as const)
    it(`has ${workers} in ${memoryMib} MiB on 4 CPUs`, () => {
      const { workers: setting } = alone("uwsgi", memoryMib * MIB, 4);
      assert.deepEqual([setting!.value, setting!.boundBy], [workers, boundBy]);
    });
  it("starts a worker anew where that is asked for, in whole MiB", () => {
    const given = { reload: true, workerMemory: 300 * MIB + 1, threads: 4 };
    assert.deepEqual(texts(alone("uwsgi", 2 * GIB, 2, given), ...NAMES), {
      workers: "5",
      threads: "4",
      reload_on_rss: "300",
      env: "UWSGI_WORKERS=5\nUWSGI_THREADS=4\nUWSGI_RELOAD_ON_RSS=300",
    });
  });
  it("takes the workers that are asked for, if they fit", () => {
    const { workers } = alone("uwsgi", 768 * MIB, 1, { workers: 3 });
    assert.deepEqual([workers!.value, workers!.boundBy], [3, "user"]);
    assert.equal(tryAlone("uwsgi", 768 * MIB - 1, 64, { workers: 3 }), null);
  });
  it("can use its workers' memory, no more, and one worker at least", () => {
    const capMib = (vcpus: number, given: Given): number => {
      const resolved = resolveOptions(uwsgi, given);
      assert.ok(resolved.kind === "resolved");
      return uwsgi.capBytes(resolved.options, allot(GIB, vcpus)) / MIB;
    };
    assert.deepEqual([capMib(1, {}), capMib(4, {}), capMib(4, { workers: 2 })], [768, 2304, 512]);
    assert.equal(tryAlone("uwsgi", 256 * MIB - 1, 4), null);
  });
  it("is of little use with a single worker that has no threads", () => {
    assert.equal(uwsgi.useful({ threads: 1 })["workers"]!.least, 2);
    assert.deepEqual(uwsgi.useful({ threads: 2 }), {});
  });

  provePromises({
    profile: "uwsgi",
    given: fc.record(
      {
        workers: fc.integer({ min: 1, max: 16 }),
        threads: fc.integer({ min: 1, max: 32 }),
        workerMemory: fc.integer({ min: 16 * MIB, max: 2 * GIB }),
        reload: fc.boolean(),
      },
      { requiredKeys: [] },
    ),
    worstBytes: (settings, { workerMemory = 256 * MIB }) => numberOf(settings, "workers") * Number(workerMemory),
  });
});
