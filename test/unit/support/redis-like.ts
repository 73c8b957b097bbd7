// What holds for Redis as for Valkey, declared once for each of them.

import assert from "node:assert/strict";
import fc from "fast-check";
import { findProfile } from "../../../agent/tuning/resolve-app.ts";
import { alone, GIB, type Given, MIB, numberOf, texts, tryAlone } from "./alone.ts";
import { provePromises } from "./prove-profile.ts";

export function describeRedisLike(profile: string): void {
  // ElastiCache: maxmemory is the memory less a reserve of 25 %, 30 % for small nodes, 50 % for micro ones.
  for (const [memoryMib, reservedPercent, maxmemory] of [
    [512, 25, "384mb"],
    [1024, 25, "768mb"],
    [1536, 30, "1075mb"],
    [2048, 25, "1536mb"],
    [4096, 50, "2gb"],
    [13_824, 25, "10368mb"],
    [16_384, 25, "12gb"],
    [65_536, 25, "48gb"],
    [512, 50, "256mb"],
    [1_048_576, 25, "768gb"],
    [33_554_432, 25, "24576gb"],
  ] as const) {
    it(`has ${maxmemory} of ${memoryMib} MiB for data with ${reservedPercent} % reserved`, () => {
      const setting = alone(profile, memoryMib * MIB, 2, { reservedPercent })["maxmemory"]!;
      assert.deepEqual([setting.text, setting.boundBy, setting.note], [maxmemory, null, null]);
    });
  }
  for (const [memoryMib, given, maxmemory] of [
    [64, {}, "40mb"],
    [256, {}, "187mb"],
    [256, { persistence: false }, "192mb"],
    // All of the data twice, before 2.8.22 ElastiCache's rule: half, and less what else there is.
    [1024, { rewrittenPercent: 100 }, "460mb"],
    [16_384, { rewrittenPercent: 100 }, "7441mb"],
    [16_384, { rewrittenPercent: 100, persistence: false }, "12gb"],
    [16_384, { rewrittenPercent: 50 }, "9630mb"],
    [1024, { reservedPercent: 0 }, "778mb"],
  ] as const) {
    it(`has ${maxmemory} of ${memoryMib} MiB for data with ${JSON.stringify(given)}`, () => {
      assert.equal(alone(profile, memoryMib * MIB, 2, given)["maxmemory"]!.text, maxmemory);
    });
  }
  it("says where what is there twice while it saves takes from the data", () => {
    const setting = alone(profile, 16 * GIB, 2, { rewrittenPercent: 100 })["maxmemory"]!;
    assert.equal(setting.boundBy, "share");
    assert.match(setting.note!, /^ElastiCache's reserve would not hold/);
  });
  // redis.conf: from 4 cores on, 2 or 3 threads; 6 of 8; more than 8 do not help.
  for (const [vcpus, threads, boundBy] of [
    [1, 1, null],
    [3, 1, null],
    [4, 3, null],
    [8, 6, null],
    [10, 7, null],
    [11, 8, null],
    [12, 8, "cap"],
    [1024, 8, "cap"],
  ] as const) {
    it(`has ${threads} threads for ${vcpus} CPUs`, () => {
      const setting = alone(profile, 4 * GIB, vcpus)["io_threads"]!;
      assert.deepEqual([setting.value, setting.boundBy], [threads, boundBy]);
    });
  }
  // ElastiCache's cache.t2.micro, t2.small and t2.medium: maxmemory, and a replica's limit, hard and soft.
  for (const [maxmemory, replica] of [
    [581_959_680, 58_195_968],
    [1_665_138_688, 166_513_868],
    [3_461_349_376, 346_134_937],
  ] as const) {
    it(`lets a replica of ${maxmemory} bytes lag by ${replica} bytes`, () => {
      const { client_output_buffer_limit: limits } = alone(profile, 8 * GIB, 2, { maxmemory: `${maxmemory}B` });
      assert.equal(limits!.text, `normal 0 0 0 slave ${replica} ${replica} 60 pubsub 33554432 8388608 60`);
    });
  }
  it("has the server's own limits for subscribers from 2 GiB on, and less below", () => {
    const limits = [512 * MIB, 2 * GIB].map((memory) => alone(profile, memory, 2)["client_output_buffer_limit"]!.text);
    assert.deepEqual(
      limits.map((limit) => limit.slice(limit.indexOf("pubsub"))),
      ["pubsub 8388608 2097152 60", "pubsub 33554432 8388608 60"],
    );
  });
  it("says that less than 64 MiB of data is little", () => {
    const { least } = findProfile(profile)!.useful({})["maxmemory"]!;
    assert.equal(least, 67_108_864);
    assert.ok(numberOf(alone(profile, 128 * MIB, 2), "maxmemory") > least);
  });
  it("has a backlog of a 128th, from 1 to 256 MiB", () => {
    const backlogs = [100 * MIB, 512 * MIB, 16 * GIB, 32 * GIB, 1024 * GIB].map(
      (memory) => alone(profile, memory, 2)["repl_backlog_size"]!.text,
    );
    assert.deepEqual(backlogs, ["1mb", "4mb", "128mb", "256mb", "256mb"]);
  });
  it("limits all clients to 5 % of the data", () => {
    assert.deepEqual(texts(alone(profile, 16 * GIB, 2), "maxmemory_clients"), { maxmemory_clients: "629145kb" });
  });
  it("drops nothing unless it is told which policy to have", () => {
    const policies = [{}, { policy: "allkeys-lru" }].map(
      (given) => alone(profile, GIB, 2, given as Given)["maxmemory_policy"]!,
    );
    assert.deepEqual(
      policies.map(({ text, boundBy }) => [text, boundBy]),
      [
        ["noeviction", null],
        ["allkeys-lru", "user"],
      ],
    );
  });
  it("takes the maxmemory that it is told, if the share holds it", () => {
    const setting = alone(profile, GIB, 2, { maxmemory: "800000001B" })["maxmemory"]!;
    assert.deepEqual([setting.value, setting.text, setting.boundBy], [800_000_001, "800000001", "user"]);
    assert.equal(tryAlone(profile, GIB, 2, { maxmemory: "800MiB" }), null);
    assert.equal(tryAlone(profile, 32 * MIB, 2), null);
  });

  provePromises({
    profile,
    given: fc.record(
      {
        maxmemory: fc.integer({ min: MIB, max: 8 * GIB }),
        reservedPercent: fc.integer({ min: 0, max: 75 }),
        persistence: fc.boolean(),
        rewrittenPercent: fc.integer({ min: 0, max: 100 }),
        ioThreads: fc.integer({ min: 1, max: 128 }),
      },
      { requiredKeys: [] },
    ),
    worstBytes(settings, { persistence = true, rewrittenPercent = 10 }) {
      const data = numberOf(settings, "maxmemory");
      const twice = persistence ? (data * Number(rewrittenPercent)) / 100 : 0;
      const [, replica] = /slave (\d+)/.exec(settings["client_output_buffer_limit"]!.text)!;
      return data * 1.05 + twice + numberOf(settings, "maxmemory_clients") + Number(replica) + 12 * MIB;
    },
  });
}
