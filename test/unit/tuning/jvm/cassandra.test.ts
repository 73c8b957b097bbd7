import assert from "node:assert/strict";
import fc from "fast-check";
import { cassandra } from "../../../../agent/tuning/jvm/cassandra.ts";
import { alone, GIB, MIB, texts, tryAlone } from "../../support/alone.ts";
import { anyServerOptions, serverWorstBytes } from "../../support/jvm-server.ts";
import { provePromises } from "../../support/prove-profile.ts";

describe("cassandra", () => {
  // apache/cassandra, cassandra-env.sh up to 4: MiB and CPUs to MAX_HEAP_SIZE and, for CMS, HEAP_NEWSIZE.
  for (const [memoryMib, vcpus, heap, newSize] of [
    [1024, 2, "512m", "128m"],
    [2048, 2, "1024m", "200m"],
    [3000, 2, "1024m", "200m"],
    [4096, 2, "1024m", "200m"],
    [8192, 4, "2048m", "400m"],
    [8192, 8, "2048m", "512m"],
    [16_384, 4, "4096m", "400m"],
    [32_768, 8, "8192m", "800m"],
    [32_768, 64, "8192m", "2048m"],
    [65_536, 16, "8192m", "1600m"],
    // The script halves twice and drops the odd: 7999 / 2 / 2.
    [7999, 1, "1999m", "100m"],
  ] as const) {
    it(`has a heap of ${heap} in ${memoryMib} MiB with CMS`, () => {
      const settings = alone("cassandra", memoryMib * MIB, vcpus, { gc: "cms" });
      assert.deepEqual(texts(settings, "heap", "HEAP_NEWSIZE"), { heap, HEAP_NEWSIZE: newSize });
    });
  }
  // cassandra-env.sh since 5: half of the memory up to 31744 MiB, and half of that as direct memory. Regions are of 16 MiB.
  for (const [memoryMib, heap, directMemory, boundBy] of [
    [4096, "2048m", "1024m", null],
    [16_384, "8192m", "4096m", null],
    [65_536, "31744m", "15872m", "cap"],
    [131_072, "31744m", "15872m", "cap"],
    [8050, "4016m", "2012m", null],
  ] as const) {
    it(`has a heap of ${heap} in ${memoryMib} MiB with G1`, () => {
      const settings = alone("cassandra", memoryMib * MIB, 8);
      assert.deepEqual(texts(settings, "heap", "directMemory"), { heap, directMemory });
      assert.equal(settings["heap"]!.boundBy, boundBy);
    });
  }
  // cassandra.apache.org, hardware choices: no less than 2 GB.
  it("warns of a heap below 2 GiB", () => assert.equal(cassandra.useful({})["heap"]!.least, 2 * GIB));
  it("sets no young generation for G1, with which Cassandra would not start", () => {
    const settings = alone("cassandra", 8 * GIB, 4);
    assert.deepEqual(texts(settings, "HEAP_NEWSIZE", "MALLOC_ARENA_MAX", "concurrent_writes"), {
      HEAP_NEWSIZE: "absent",
      MALLOC_ARENA_MAX: "4",
      concurrent_writes: "32",
    });
    assert.match(String(settings["options"]!.value), /^-Xms4096m -Xmx4096m .* -Xss256k .* -XX:\+UseG1GC$/);
    assert.doesNotMatch(String(settings["options"]!.value), /-Xmn/);
  });
  it("has eight writes for each CPU whose threads fit", () => {
    assert.equal(alone("cassandra", 32 * GIB, 16)["concurrent_writes"]!.value, 128);
    const { concurrent_writes: writes } = alone("cassandra", GIB, 16);
    assert.deepEqual([writes!.value, writes!.boundBy], [32, "floor"]);
  });
  it("holds the heap to what the JVM leaves of a small share", () => {
    const { heap } = alone("cassandra", 640 * MIB, 2);
    assert.deepEqual([heap!.text, heap!.boundBy], ["272m", "share"]);
    assert.equal(tryAlone("cassandra", 598 * MIB, 2), null);
  });

  provePromises({
    profile: "cassandra",
    given: anyServerOptions({ gc: fc.constantFrom("g1", "cms") }),
    worstBytes: serverWorstBytes,
  });
});
