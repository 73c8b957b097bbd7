import assert from "node:assert/strict";
import fc from "fast-check";
import { resolveOptions } from "../../../../agent/tuning/resolve-options.ts";
import { envoy } from "../../../../agent/tuning/servers/envoy.ts";
import { allot, alone, GIB, type Given, KIB, MIB, numberOf, texts, tryAlone } from "../../support/alone.ts";
import { provePromises } from "../../support/prove-profile.ts";

const NAMES = ["max_heap_size_bytes", "max_active_downstream_connections"] as const;

describe("envoy", () => {
  // Envoy Gateway: 80 % of the limit, and 50000 connections.
  it("has four fifths of its share for the heap, and the connections that Envoy Gateway allows", () => {
    assert.deepEqual(texts(alone("envoy", 10 * GIB, 4), ...NAMES), {
      max_heap_size_bytes: "8589934592",
      max_active_downstream_connections: "50000",
    });
  });
  it("is the same on any CPUs", () => {
    assert.deepEqual(alone("envoy", GIB, 64), alone("envoy", GIB, 1));
  });
  // 64 MiB of the heap, and 96 KiB for each connection.
  for (const [memoryMib, connections, boundBy] of [
    [92, 102, null],
    [100, 170, null],
    [1024, 8055, null],
    [5940, 50_000, "cap"],
  ] as const)
    it(`takes ${connections} clients in ${memoryMib} MiB`, () => {
      const { max_active_downstream_connections: setting } = alone("envoy", memoryMib * MIB, 2);
      assert.deepEqual([setting!.value, setting!.boundBy], [connections, boundBy]);
    });
  it("takes the connections and the heap's part that are asked for, if they fit", () => {
    const settings = alone("envoy", 160 * MIB, 1, { connections: 256, heapPercent: 55 });
    assert.deepEqual(texts(settings, ...NAMES), {
      max_heap_size_bytes: "92274688",
      max_active_downstream_connections: "256",
    });
    assert.equal(tryAlone("envoy", 159 * MIB, 1, { connections: 256, heapPercent: 55 }), null);
  });
  it("can use the heap of its connections, no more", () => {
    const capMib = (given: Given): number => {
      const resolved = resolveOptions(envoy, given);
      assert.ok(resolved.kind === "resolved");
      return Math.floor(envoy.capBytes(resolved.options, allot(GIB, 64)) / MIB);
    };
    assert.deepEqual([capMib({}), capMib({ connections: 1024 })], [5939, 200]);
    assert.equal(tryAlone("envoy", 91 * MIB, 4), null);
  });

  provePromises({
    profile: "envoy",
    given: fc.record(
      {
        heapPercent: fc.integer({ min: 10, max: 95 }),
        connections: fc.integer({ min: 100, max: 100_000 }),
        connectionMemory: fc.integer({ min: 4 * KIB, max: 2 * MIB }),
      },
      { requiredKeys: [] },
    ),
    worstBytes(settings, { heapPercent = 80, connectionMemory = 96 * KIB }) {
      const [heapBytes, connections] = NAMES.map((name) => numberOf(settings, name));
      const busyBytes = 64 * MIB + connections! * Number(connectionMemory);
      assert.ok(busyBytes <= heapBytes!, `${busyBytes} of a heap of ${heapBytes}`);
      return Math.floor((heapBytes! * 100) / Number(heapPercent));
    },
  });
});
