import assert from "node:assert/strict";
import fc from "fast-check";
import { alone, GIB, MIB, numberOf, texts, tryAlone } from "../../support/alone.ts";
import { anyServerOptions, serverWorstBytes } from "../../support/jvm-server.ts";
import { provePromises } from "../../support/prove-profile.ts";

describe("elasticsearch", () => {
  // elastic/elasticsearch, MachineDependentHeapTests.java.
  for (const [role, gib, heap] of [
    ["data", 0.5, "204m"],
    ["data", 1, "512m"],
    ["data", 8, "4096m"],
    ["data", 64, "31744m"],
    ["master", 16, "9830m"],
    ["master", 64, "31744m"],
    ["ml", 1, "272m"],
    ["ml", 4, "1092m"],
    ["ml", 32, "5460m"],
    ["ml", 64, "7644m"],
    ["ml", 263, "21228m"],
  ] as const) {
    it(`has a heap of ${heap} as a ${role} node with ${gib} GiB`, () => {
      const { heap: setting } = alone("elasticsearch", gib * GIB, 4, { role });
      assert.deepEqual([setting!.text, setting!.note], [heap, null]);
    });
  }
  it("has its least heap of 128m in 0.2 GiB, if the JVM is made to fit", () => {
    const given = { metaspace: "32MiB", codeCache: "16MiB", directMemory: "4MiB", threads: 16 };
    const { heap } = alone("elasticsearch", Math.floor(0.2 * GIB), 1, given);
    assert.deepEqual([heap!.text, heap!.boundBy], ["128m", "floor"]);
  });
  it("rises to the half from 838 MiB, where the reference jumps at 1 GiB", () => {
    const heaps = [838, 900, 1023].map((mib) => alone("elasticsearch", mib * MIB, 2)["heap"]!);
    assert.deepEqual(
      heaps.map(({ text }) => text),
      ["335m", "393m", "511m"],
    );
    assert.equal(heaps[0]!.note, null);
    assert.match(String(heaps[1]!.note), /jumps from 40 % to 50 %/);
  });
  const small = { metaspace: "16MiB", codeCache: "4MiB", threads: 16, threadStack: "256KiB" };
  for (const [title, given] of [
    ["", {}],
    [", page cache included", small],
  ] as const) {
    it(`takes nothing away on the way to 1 GiB${title}`, () => {
      const numbers = ["heap", "codeCache", "directMemory", "threads", "pageCache"];
      const steps = Array.from({ length: 320 }, (_, step) => alone("elasticsearch", (780 + step) * MIB, 2, given));
      for (const [index, settings] of steps.slice(1).entries())
        for (const name of numbers) assert.ok(numberOf(settings, name) >= numberOf(steps[index]!, name), name);
      assert.equal(numberOf(steps[100]!, "pageCache") > 0, given === small);
    });
  }
  it("says what caps the heap", () => {
    const boundBy = (gib: number, role: string): unknown =>
      alone("elasticsearch", gib * GIB, 8, { role })["heap"]!.boundBy;
    assert.deepEqual([boundBy(62, "data"), boundBy(61, "data"), boundBy(52, "master")], ["cap", null, "cap"]);
  });

  it("divides the rest of 8 GiB among the regions and the page cache", () => {
    const settings = alone("elasticsearch", 8 * GIB, 8);
    assert.deepEqual(
      ["metaspace", "codeCache", "directMemory", "threads", "node_processors"].map((name) => settings[name]!.text),
      ["160m", "240m", "2048m", "490", "8"],
    );
    // 5 % of the heap for the collector, of which 32 MiB of stacks that are not touched meet a part: 3923.2 MiB are left for
    // those, 7.66 MiB for what HotSpot rounds up, and the page cache.
    assert.equal(settings["gcMemory"]!.value, Math.ceil(204.8 * MIB));
    assert.equal(numberOf(settings, "pageCache"), Math.floor(977.1375 * MIB));
  });
  it("gives up code cache and direct memory where the share is small", () => {
    const settings = alone("elasticsearch", 512 * MIB, 8);
    const { codeCache, directMemory, threads, node_processors: processors, pageCache } = settings;
    assert.deepEqual([codeCache!.text, codeCache!.boundBy], ["63m", "ladder"]);
    assert.deepEqual([directMemory!.text, directMemory!.boundBy], ["16m", "share"]);
    assert.deepEqual([threads!.text, threads!.boundBy], ["64", "floor"]);
    assert.deepEqual([processors!.text, processors!.boundBy], ["1", "share"]);
    assert.equal(pageCache!.text, "0");
  });
  it("keeps the page cache that is asked for", () => {
    assert.ok(numberOf(alone("elasticsearch", 4 * GIB, 2, { pageCacheMin: "2GiB" }), "pageCache") >= 2 * GIB);
    const { heap } = alone("elasticsearch", 4 * GIB, 2, { pageCacheMin: "3GiB" });
    assert.deepEqual([heap!.text, heap!.boundBy], ["727m", "share"]);
  });
  it("lets explicit values win", () => {
    const given = { heap: "1GiB", metaspace: "200MiB", codeCache: "64MiB", directMemory: "100MiB", threads: 300 };
    const settings = alone("elasticsearch", 2 * GIB, 4, given);
    assert.deepEqual(texts(settings, ...Object.keys(given)), {
      heap: "1024m",
      metaspace: "200m",
      codeCache: "64m",
      directMemory: "100m",
      threads: "300",
    });
    for (const name of Object.keys(given)) assert.equal(settings[name]!.boundBy, "user");
  });

  // JvmErgonomics.java: 15 % and regions of 4 MiB below a heap of 8 GiB, else 25 %.
  it("writes G1's options for a small heap", () => {
    assert.equal(
      alone("elasticsearch", 8 * GIB, 4)["options"]!.value,
      "-Xms4096m -Xmx4096m -XX:ReservedCodeCacheSize=240m -XX:MaxDirectMemorySize=2048m -Xss1m " +
        "-XX:ActiveProcessorCount=4 -XX:+UseG1GC -XX:G1ReservePercent=15 -XX:InitiatingHeapOccupancyPercent=30 " +
        "-XX:G1HeapRegionSize=4m",
    );
  });
  it("writes G1's options for a large heap", () => {
    const { options } = alone("elasticsearch", 16 * GIB, 4);
    assert.match(String(options!.value), /-XX:G1ReservePercent=25 -XX:InitiatingHeapOccupancyPercent=30$/);
    assert.doesNotMatch(String(alone("elasticsearch", 16 * GIB - MIB * 2, 4)["options"]!.value), /=25/);
  });
  it("does not fit below 420 MiB", () => {
    assert.equal(alone("elasticsearch", 420 * MIB, 2)["heap"]!.text, "128m");
    assert.equal(tryAlone("elasticsearch", 420 * MIB - 1, 2), null);
  });

  provePromises({
    profile: "elasticsearch",
    given: anyServerOptions({ role: fc.constantFrom("data", "master", "ml") }),
    worstBytes: serverWorstBytes,
  });
});
