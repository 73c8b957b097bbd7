import assert from "node:assert/strict";
import fc from "fast-check";
import { resolveOptions } from "../../../../agent/tuning/resolve-options.ts";
import { nginx } from "../../../../agent/tuning/servers/nginx.ts";
import { allot, alone, GIB, type Given, KIB, MIB, numberOf, texts, tryAlone } from "../../support/alone.ts";
import { provePromises } from "../../support/prove-profile.ts";

const NUMBERS = ["worker_processes", "worker_connections", "busy_connections"] as const;

function numbers(memoryBytes: number, vcpus: number, given: Given = {}): number[] {
  const settings = alone("nginx", memoryBytes, vcpus, given);
  return NUMBERS.map((name) => numberOf(settings, name));
}

function capBytes(vcpus: number, given: Given = {}): number {
  const resolved = resolveOptions(nginx, given);
  assert.ok(resolved.kind === "resolved");
  return nginx.capBytes(resolved.options, allot(GIB, vcpus));
}

describe("nginx", () => {
  // nginx.org: worker_processes auto is a worker per CPU; 10,000 idle keep-alive connections take about 2.5M.
  it("has a worker per CPU and 4096 connections in each, up to the largest machines", () => {
    assert.deepEqual(numbers(68 * MIB, 2).slice(0, 2), [2, 4096]);
    assert.deepEqual(numbers(16 * GIB, 192).slice(0, 2), [192, 4096]);
    assert.equal(alone("nginx", 68 * MIB, 2)["worker_rlimit_nofile"]!.text, "8256");
  });
  // 24 MiB hold the master, a worker and 64 busy connections; a worker takes 12 MiB, its 512 busy connections 32.
  for (const [memoryMib, workers, busy] of [
    [24, 1, 64],
    [35, 1, 64],
    [36, 2, 64],
    [67, 2, 560],
    [68, 2, 576],
    [80, 3, 576],
    [124, 4, 1088],
    [200, 4, 2112],
  ] as const) {
    it(`buys a worker, then its busy connections, then the next: ${memoryMib} MiB on 4 CPUs`, () =>
      assert.deepEqual(numbers(memoryMib * MIB, 4), [workers, 4096, busy]));
  }
  it("says that it has fewer workers than CPUs", () => {
    const { worker_processes: workers } = alone("nginx", 100 * MIB, 64);
    assert.deepEqual([workers!.value, workers!.boundBy], [3, "ladder"]);
    assert.match(workers!.note!, /auto/);
  });
  it("has no more busy connections than open ones", () => {
    const { busy_connections: busy } = alone("nginx", 64 * GIB, 8);
    assert.deepEqual([busy!.value, busy!.boundBy], [32_768, "cap"]);
  });
  it("can use a worker and 512 busy connections for each CPU beside its least, no more", () => {
    assert.deepEqual(
      [1, 4, 192].map((vcpus) => capBytes(vcpus) / MIB),
      [56, 188, 8460],
    );
    assert.equal(capBytes(4, { workers: 2 }) / MIB, 100);
    assert.equal(capBytes(4, { busyConnections: 160 }) / MIB, 66);
  });
  it("is a helper: a quarter of the weight of what it serves", () => assert.equal(nginx.usualWeight, 0.25));
  it("is of little use below 128 busy connections", () => {
    const { busy_connections: useful } = nginx.useful({});
    assert.equal(useful!.least, 128);
    assert.ok(numbers(48 * MIB, 2)[2]! >= 128);
  });
  it("takes the workers, connections and busy connections that are asked for", () => {
    const settings = alone("nginx", GIB, 2, { workers: 6, workerConnections: 16_384, busyConnections: 1000 });
    assert.deepEqual(
      NUMBERS.map((name) => [settings[name]!.value, settings[name]!.boundBy]),
      [
        [6, "user"],
        [16_384, "user"],
        [1000, "user"],
      ],
    );
    assert.equal(settings["worker_rlimit_nofile"]!.value, 32_832);
    assert.equal(tryAlone("nginx", 80 * MIB, 2, { workers: 6 }), null);
    assert.deepEqual(numbers(100 * MIB, 2, { workers: 6 }), [6, 4096, 320]);
  });
  it("asks for no more open files than the kernel gives", () => {
    const settings = alone("nginx", 8 * GIB, 1, { workerConnections: 524_256 });
    assert.ok(numberOf(settings, "worker_rlimit_nofile") <= 1_048_576);
    assert.equal(tryAlone("nginx", 8 * GIB, 1, { workerConnections: 524_257 }), null);
  });
  it("does not fit below 24 MiB", () => {
    assert.ok(tryAlone("nginx", 24 * MIB, 64));
    assert.equal(tryAlone("nginx", 24 * MIB - 1, 2), null);
  });
  it("is written as nginx reads it", () => {
    assert.deepEqual(texts(alone("nginx", 200 * MIB, 4), ...NUMBERS, "worker_rlimit_nofile"), {
      worker_processes: "4",
      worker_connections: "4096",
      busy_connections: "2112",
      worker_rlimit_nofile: "8256",
    });
  });

  provePromises({
    profile: "nginx",
    given: fc.record(
      {
        workers: fc.integer({ min: 1, max: 16 }),
        workerConnections: fc.integer({ min: 512, max: 65_536 }),
        busyConnections: fc.integer({ min: 64, max: 4096 }),
        connectionMemory: fc.integer({ min: KIB, max: 512 * KIB }),
      },
      { requiredKeys: [] },
    ),
    // The master and each worker 8 MiB, every connection open, as many as are said to be busy at work.
    worstBytes(settings, { connectionMemory = 64 * KIB }) {
      const [workers, connections, busy] = NUMBERS.map((name) => numberOf(settings, name));
      return 8 * MIB + workers! * (8 * MIB + connections! * KIB) + busy! * Number(connectionMemory);
    },
  });
});
