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
    assert.deepEqual([worker_processes!.value, worker_processes!.boundBy], [2, "share"]);
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
    assert.equal(tryAlone("nginx", 200 * MIB, 2, { workers: 6 }), null);
  });
  it("asks for no more open files than the kernel gives", () => {
    const settings = alone("nginx", 512 * GIB, 1, { connections: 10_000_000, connectionMemory: "4KiB" });
    assert.equal(settings["worker_rlimit_nofile"]!.value, 1_048_576);
  });
  it("fits in 48 MiB and not in less", () => {
    assert.equal(alone("nginx", 48 * MIB, 2)["worker_connections"]!.value, 512);
    assert.equal(tryAlone("nginx", 48 * MIB - 1, 2), null);
  });

  it("stays within the share with every connection of every worker open", () => {
    const memory = fc.oneof(fc.integer({ min: 48 * MIB, max: GIB }), fc.integer({ min: 48 * MIB, max: 2 ** 45 }));
    const connectionKib = fc.integer({ min: 1, max: 512 });
    fc.assert(
      fc.property(memory, fc.integer({ min: 1, max: 1024 }), connectionKib, (memoryBytes, vcpus, kib) => {
        const settings = tryAlone("nginx", memoryBytes, vcpus, { connectionMemory: `${kib}KiB` });
        if (settings === null) return;
        const workerBytes = 8 * MIB + numberOf(settings, "worker_connections") * kib * KIB;
        assert.ok(8 * MIB + numberOf(settings, "worker_processes") * workerBytes <= memoryBytes);
        assert.ok(numberOf(settings, "worker_connections") >= 512);
      }),
    );
  });
});
