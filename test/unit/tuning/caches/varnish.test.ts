import assert from "node:assert/strict";
import fc from "fast-check";
import { varnish } from "../../../../agent/tuning/caches/varnish.ts";
import { alone, GIB, KIB, MIB, numberOf, texts, tryAlone } from "../../support/alone.ts";
import { provePromises } from "../../support/prove-profile.ts";

const NAMES = ["malloc", "transient", "thread_pool_max", "vsl_space"] as const;

describe("varnish", () => {
  // 64 MiB of processes, 80 of log, two pools of 5000 threads at 178 KiB, an eighth of what then is spare transient; and of what is
  // left each object of 4 KiB takes one more.
  it("has four fifths of what is left for the cache, with room for objects of 4 KiB", () => {
    assert.deepEqual(texts(alone("varnish", 16 * GIB, 4), ...NAMES, "options"), {
      malloc: "10142m",
      transient: "1824m",
      thread_pool_max: "5000",
      vsl_space: "81920k",
      options: "-s malloc,10142m -s Transient=malloc,1824m -p thread_pool_max=5000 -p vsl_space=81920k",
    });
  });
  it("has what the CPUs are no matter for", () => {
    assert.deepEqual(texts(alone("varnish", GIB, 64), ...NAMES), texts(alone("varnish", GIB, 1), ...NAMES));
  });
  for (const [memoryMib, malloc, transient, threads] of [
    [215, "16m", "16m", 100],
    [256, "41m", "20m", 114],
    [512, "198m", "48m", 206],
    [1024, "511m", "104m", 390],
    [4096, "2393m", "440m", 1495],
  ] as const)
    it(`has a cache of ${malloc} in ${memoryMib} MiB`, () => {
      const settings = alone("varnish", memoryMib * MIB, 2);
      assert.deepEqual(texts(settings, "malloc", "transient"), { malloc, transient });
      assert.deepEqual([settings["thread_pool_max"]!.value, settings["thread_pool_max"]!.boundBy], [threads, "share"]);
    });
  it("leaves as much beside small objects as they have in the cache", () => {
    const { malloc } = texts(alone("varnish", 16 * GIB, 4, { objectSize: KIB }), "malloc");
    assert.equal(malloc, "6339m");
  });
  it("takes the threads, the transient storage and the log that are asked for, if they fit", () => {
    const given = { threads: 200, transient: 64 * MIB, log: 20 * MIB };
    const settings = alone("varnish", 512 * MIB, 1, given);
    assert.deepEqual(texts(settings, ...NAMES), {
      malloc: "235m",
      transient: "64m",
      thread_pool_max: "200",
      vsl_space: "20480k",
    });
    assert.deepEqual(
      ["transient", "thread_pool_max", "vsl_space"].map((name) => settings[name]!.boundBy),
      ["user", "user", "user"],
    );
    assert.equal(tryAlone("varnish", 200 * MIB, 1, given), null);
  });
  it("is of little use with less than the 100 MiB that varnishd takes by itself", () => {
    assert.equal(varnish.useful({})["malloc"]!.least, 100 * MIB);
    assert.equal(tryAlone("varnish", 214 * MIB, 4), null);
  });

  provePromises({
    profile: "varnish",
    given: fc.record(
      {
        objectSize: fc.integer({ min: 256, max: MIB }),
        transient: fc.integer({ min: 4 * MIB, max: GIB }),
        threads: fc.integer({ min: 100, max: 5000 }),
        log: fc.integer({ min: MIB, max: 512 * MIB }),
      },
      { requiredKeys: [] },
    ),
    // Each object and its KiB beside the storage, each thread with its stack and its workspaces.
    worstBytes(settings, { objectSize = 4 * KIB }) {
      const [malloc, transient, threads, log] = NAMES.map((name) => numberOf(settings, name));
      const objects = (malloc! / Number(objectSize)) * KIB;
      return 64 * MIB + malloc! + objects + transient! + 2 * threads! * 178 * KIB + log!;
    },
  });
});
