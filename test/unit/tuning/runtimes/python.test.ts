import assert from "node:assert/strict";
import fc from "fast-check";
import type { Options } from "../../../../agent/tuning/profile/profile.ts";
import { resolveOptions } from "../../../../agent/tuning/resolve-options.ts";
import { python } from "../../../../agent/tuning/runtimes/python.ts";
import { allot, alone, GIB, type Given, MIB, numberOf, texts, tryAlone } from "../../support/alone.ts";
import { provePromises } from "../../support/prove-profile.ts";

function options(given: Given): Options {
  const resolved = resolveOptions(python, given);
  assert.ok(resolved.kind === "resolved");
  return resolved.options;
}

describe("python", () => {
  // heroku-buildpack-python, WEB_CONCURRENCY.sh, and Heroku's dynos: MiB, CPUs, processes.
  for (const [memoryMib, vcpus, workers] of [
    [512, 8, 2],
    [1024, 8, 4],
    [2560, 2, 5],
    [14_336, 8, 17],
    [30_720, 4, 9],
    [63_488, 8, 17],
    [129_024, 16, 33],
    [256, 8, 1],
    [511, 8, 1],
  ] as const) {
    it(`has ${workers} processes in ${memoryMib} MiB on ${vcpus} CPUs`, () =>
      assert.equal(alone("python", memoryMib * MIB, vcpus)["workers"]!.value, workers));
  }
  it("says whether memory or CPUs bound the processes", () => {
    assert.equal(alone("python", 512 * MIB, 8)["workers"]!.boundBy, null);
    assert.equal(alone("python", 14_336 * MIB, 8)["workers"]!.boundBy, "cap");
  });
  it("writes gunicorn's settings, its arguments and the variable", () => {
    const { workers: _, ...settings } = alone("python", 1024 * MIB, 2);
    assert.deepEqual(texts(settings, ...Object.keys(settings)), {
      threads: "1",
      worker_class: "sync",
      worker_connections: "1000",
      env: "WEB_CONCURRENCY=4",
      options: "--workers=4 --worker-class=sync --threads=1 --worker-connections=1000",
    });
  });
  it("has threads where they are asked for", () => {
    const { threads, worker_class: workerClass } = alone("python", 512 * MIB, 2, { threads: 4 });
    assert.deepEqual([threads!.text, threads!.boundBy, workerClass!.text], ["4", "user", "gthread"]);
  });
  // tiangolo/uvicorn-gunicorn-docker: WORKERS_PER_CORE is 1, with 2 at least.
  for (const [memoryMib, vcpus, workers] of [
    [1024, 1, 2],
    [1024, 2, 2],
    [4096, 8, 8],
    [1024, 8, 4],
    [511, 8, 1],
  ] as const) {
    it(`has ${workers} event loops of uvicorn in ${memoryMib} MiB on ${vcpus} CPUs`, () =>
      assert.equal(alone("python", memoryMib * MIB, vcpus, { server: "uvicorn" })["workers"]!.value, workers));
  }
  // docs.gunicorn.org, design: 2 x $num_cores + 1, whatever the workers are.
  it("has as many threaded processes of gunicorn as others", () =>
    assert.equal(alone("python", 4096 * MIB, 4, { threads: 4 })["workers"]!.value, 9));
  it("writes uvicorn's arguments", () => {
    const settings = alone("python", 1024 * MIB, 4, { server: "uvicorn" });
    assert.deepEqual(texts(settings, ...Object.keys(settings)), {
      workers: "4",
      env: "WEB_CONCURRENCY=4",
      options: "--workers 4",
    });
  });
  it("can use what its processes take, as many as the CPUs bear", () => {
    const capMib = (vcpus: number, given: Given): number => python.capBytes(options(given), allot(GIB, vcpus)) / MIB;
    assert.equal(capMib(8, {}), 17 * 256);
    assert.equal(capMib(8, { server: "uvicorn", workerMemory: "1GiB" }), 8 * 1024);
    assert.equal(capMib(8, { workers: 3 }), 3 * 256);
  });
  it("is of little use with one process that serves one request at a time", () => {
    assert.equal(python.useful(options({}))["workers"]!.least, 2);
    assert.deepEqual(python.useful(options({ threads: 2 })), {});
    assert.deepEqual(python.useful(options({ server: "uvicorn" })), {});
  });
  it("takes the processes that are asked for, if they fit", () => {
    const { workers } = alone("python", 1024 * MIB, 1, { workers: 4 });
    assert.deepEqual([workers!.value, workers!.boundBy], [4, "user"]);
    assert.equal(tryAlone("python", 1023 * MIB, 64, { workers: 4 }), null);
    assert.equal(tryAlone("python", 255 * MIB, 64), null);
  });

  provePromises({
    profile: "python",
    given: fc.record(
      {
        server: fc.constantFrom("gunicorn", "uvicorn"),
        workers: fc.integer({ min: 1, max: 64 }),
        workerMemory: fc.integer({ min: 16 * MIB, max: 1024 * MIB }),
        threads: fc.integer({ min: 1, max: 32 }),
      },
      { requiredKeys: [] },
    ),
    worstBytes: (settings, { workerMemory = 256 * MIB }) => numberOf(settings, "workers") * Number(workerMemory),
  });
});
