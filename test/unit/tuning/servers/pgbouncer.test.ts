import assert from "node:assert/strict";
import fc from "fast-check";
import { resolveOptions } from "../../../../agent/tuning/resolve-options.ts";
import { pgbouncer } from "../../../../agent/tuning/servers/pgbouncer.ts";
import { allot, alone, GIB, type Given, KIB, MIB, numberOf, texts, tryAlone } from "../../support/alone.ts";
import { provePromises } from "../../support/prove-profile.ts";

const NAMES = ["max_client_conn", "default_pool_size", "server_connections", "LimitNOFILE"] as const;

describe("pgbouncer", () => {
  // Azure's 5000 clients, and PgBouncer's own 20 connections for a pair of user and database.
  it("has room for 5000 clients where memory is plenty, whatever the CPUs", () => {
    const expected = {
      max_client_conn: "5000",
      default_pool_size: "20",
      server_connections: "20",
      LimitNOFILE: "5084",
    };
    assert.deepEqual(texts(alone("pgbouncer", GIB, 1), ...NAMES), expected);
    assert.deepEqual(texts(alone("pgbouncer", 64 * GIB, 64), ...NAMES), expected);
  });
  // 16 MiB, and 36 KiB for each of the 20 server connections and of the clients.
  for (const [memoryBytes, clients, boundBy] of [
    [16 * MIB + 120 * 36 * KIB, 100, null],
    [16 * MIB + 121 * 36 * KIB - 1, 100, null],
    [64 * MIB, 1345, null],
    [16 * MIB + 5020 * 36 * KIB, 5000, null],
    [16 * MIB + 5021 * 36 * KIB, 5000, "cap"],
  ] as const)
    it(`takes ${clients} clients in ${memoryBytes} bytes`, () => {
      const { max_client_conn: setting } = alone("pgbouncer", memoryBytes, 2);
      assert.deepEqual([setting!.value, setting!.boundBy], [clients, boundBy]);
    });
  // PgBouncer 1.18 itself says of 6000 clients and a pool of 20: `max expected fd use: 6032`.
  it("allows at least as many open files as PgBouncer expects to need", () => {
    assert.ok(numberOf(alone("pgbouncer", GIB, 1, { clients: 6000 }), "LimitNOFILE") >= 6032);
    assert.equal(numberOf(alone("pgbouncer", GIB, 1, { pools: 6, poolSize: 50 }), "LimitNOFILE"), 5364);
  });
  it("asks for no more open files than the kernel gives", () => {
    const most = { clients: 500_000, pools: 500, poolSize: 1000 };
    assert.ok(numberOf(alone("pgbouncer", 64 * GIB, 1, most), "LimitNOFILE") <= 1_048_576);
  });
  it("takes the clients and pools that are asked for, if they fit", () => {
    const given = { clients: 200, pools: 3, poolSize: 10 };
    const { max_client_conn, default_pool_size, server_connections } = alone("pgbouncer", 32 * MIB, 1, given);
    assert.deepEqual([max_client_conn!.value, max_client_conn!.boundBy], [200, "user"]);
    assert.deepEqual([default_pool_size!.value, default_pool_size!.boundBy], [10, "user"]);
    assert.equal(server_connections!.value, 30);
    assert.equal(tryAlone("pgbouncer", 16 * MIB + 230 * 36 * KIB - 1, 1, given), null);
  });
  it("can use the memory of its clients, no more", () => {
    const capBytes = (given: Given): number => {
      const resolved = resolveOptions(pgbouncer, given);
      assert.ok(resolved.kind === "resolved");
      return pgbouncer.capBytes(resolved.options, allot(GIB, 64));
    };
    assert.equal(capBytes({}), 16 * MIB + 5020 * 36 * KIB);
    assert.equal(capBytes({ clients: 100 }), 16 * MIB + 120 * 36 * KIB);
  });

  provePromises({
    profile: "pgbouncer",
    given: fc.record(
      {
        clients: fc.integer({ min: 100, max: 20_000 }),
        pools: fc.integer({ min: 1, max: 50 }),
        poolSize: fc.integer({ min: 1, max: 200 }),
        connectionMemory: fc.integer({ min: 2 * KIB, max: 256 * KIB }),
      },
      { requiredKeys: [] },
    ),
    worstBytes(settings, { connectionMemory = 36 * KIB }) {
      const connections = numberOf(settings, "max_client_conn") + numberOf(settings, "server_connections");
      return 16 * MIB + connections * Number(connectionMemory);
    },
  });
});
