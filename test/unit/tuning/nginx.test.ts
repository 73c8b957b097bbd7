import assert from "node:assert/strict";
import fc from "fast-check";
import { alone, GIB, KIB, MIB, numberOf, texts, tryAlone } from "./alone.ts";

describe("nginx", () => {
  it("has a worker per CPU and connections for the rest of the share", () => {
    assert.deepEqual(
      texts(alone("nginx", 152 * MIB, 2), "worker_processes", "worker_connections", "worker_rlimit_nofile"),
      {
        worker_processes: "2",
        worker_connections: "1024",
        worker_rlimit_nofile: "2112",
      },
    );
  });
  it("has fewer workers than CPUs rather than workers of no use", () => {
    const { worker_processes, worker_connections } = alone("nginx", 100 * MIB, 64);
    assert.deepEqual([worker_processes!.value, worker_processes!.boundBy], [2, "ladder"]);
    assert.deepEqual([worker_connections!.value, worker_connections!.boundBy], [512, "floor"]);
  });
  it("stops at the connections that it is meant for", () => {
    const { worker_processes, worker_connections } = alone("nginx", 64 * GIB, 8);
    assert.deepEqual(
      [worker_processes!.value, worker_connections!.value, worker_connections!.boundBy],
      [8, 8192, "cap"],
    );
  });
  it("takes the number of workers that is asked for", () => {
    const { worker_processes } = alone("nginx", GIB, 2, { workers: 6 });
    assert.deepEqual([worker_processes!.value, worker_processes!.boundBy], [6, "user"]);
    assert.equal(tryAlone("nginx", 100 * MIB, 2, { workers: 6 }), null);
  });
  it("asks for no more open files than the kernel gives", () => {
    const settings = alone("nginx", 512 * GIB, 1, { connections: 10_000_000, connectionMemory: "4KiB" });
    assert.equal(settings["worker_rlimit_nofile"]!.value, 1_048_576);
  });
  // The master and a worker of 8 MiB each, and 64 KiB a connection.
  for (const [memoryMib, workers, connections] of [
    [24, 1, 128],
    [32, 1, 256],
    [48, 1, 512],
    [87, 1, 512],
    [88, 2, 512],
    [128, 3, 512],
    [168, 4, 512],
    [172, 4, 528],
  ] as const) {
    it(`buys connections for one worker, then workers, then more connections: ${memoryMib} MiB`, () => {
      const { worker_processes, worker_connections } = alone("nginx", memoryMib * MIB, 4);
      assert.deepEqual([worker_processes!.value, worker_connections!.value], [workers, connections]);
    });
  }
  it("says what it gave up", () => {
    const { worker_processes, worker_connections } = alone("nginx", 32 * MIB, 4);
    assert.deepEqual([worker_processes!.boundBy, worker_connections!.boundBy], ["ladder", "ladder"]);
    assert.match(worker_connections!.note!, /would not fit/);
  });
  it("does not fit below 24 MiB", () => assert.equal(tryAlone("nginx", 24 * MIB - 1, 2), null));
  it("keeps the workers that were asked for, with fewer connections each", () => {
    const { worker_processes, worker_connections } = alone("nginx", 200 * MIB, 2, { workers: 6 });
    assert.deepEqual([worker_processes!.value, worker_processes!.boundBy], [6, "user"]);
    assert.deepEqual([worker_connections!.value, worker_connections!.boundBy], [384, "ladder"]);
  });
  it("gives less of nothing with more memory, and no fewer workers with more CPUs", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 24 * MIB, max: 2 * GIB }),
        fc.nat(64 * MIB),
        fc.integer({ min: 1, max: 64 }),
        fc.nat(8),
        fc.constantFrom({}, { workers: 3 }, { connections: 2000 }),
        (bytes, more, cpus, extra, given) => {
          const small = tryAlone("nginx", bytes, cpus, given);
          if (small === null) return;
          const large = alone("nginx", bytes + more, cpus, given);
          for (const name of ["worker_processes", "worker_connections", "worker_rlimit_nofile"])
            assert.ok(numberOf(large, name) >= numberOf(small, name), name);
          const wider = alone("nginx", bytes, cpus + extra, given);
          assert.ok(numberOf(wider, "worker_processes") >= numberOf(small, "worker_processes"));
        },
      ),
      { numRuns: 1000 },
    );
  });

  it("stays within the share with every connection of every worker open", () => {
    const memory = fc.oneof(fc.integer({ min: 24 * MIB, max: GIB }), fc.integer({ min: 24 * MIB, max: 2 ** 45 }));
    const connectionKib = fc.integer({ min: 1, max: 512 });
    fc.assert(
      fc.property(memory, fc.integer({ min: 1, max: 1024 }), connectionKib, (memoryBytes, vcpus, kib) => {
        const settings = tryAlone("nginx", memoryBytes, vcpus, { connectionMemory: `${kib}KiB` });
        if (settings === null) return;
        const workerBytes = 8 * MIB + numberOf(settings, "worker_connections") * kib * KIB;
        assert.ok(8 * MIB + numberOf(settings, "worker_processes") * workerBytes <= memoryBytes);
        assert.ok(numberOf(settings, "worker_connections") >= 128);
      }),
    );
  });
});
