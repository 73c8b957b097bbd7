import assert from "node:assert/strict";
import fc from "fast-check";
import { alone, GIB, MIB, numberOf, texts, tryAlone } from "../../support/alone.ts";
import { anyServerOptions, serverWorstBytes } from "../../support/jvm-server.ts";
import { provePromises } from "../../support/prove-profile.ts";

describe("solr", () => {
  // Its guide: 8 to 16 GB is quite common, as much as possible for the page cache. bin/solr has 512 MiB.
  for (const [gib, heap, boundBy] of [
    [1, "512m", null],
    [4, "2048m", null],
    [16, "8192m", null],
    [32, "16384m", "cap"],
    [128, "16384m", "cap"],
  ] as const)
    it(`has a heap of ${heap} in ${gib} GiB`, () => {
      const setting = alone("solr", gib * GIB, 4)["heap"]!;
      assert.deepEqual([setting.text, setting.boundBy], [heap, boundBy]);
    });
  it("has a larger heap where it is told to, as far as short references reach", () => {
    assert.equal(alone("solr", 128 * GIB, 4, { heapMax: "31GiB" })["heap"]!.text, "31744m");
    assert.equal(tryAlone("solr", 128 * GIB, 4, { heapMax: "32GiB" }), null);
  });
  it("leaves most of a large share to the page cache", () => {
    assert.ok(numberOf(alone("solr", 128 * GIB, 16), "pageCache") > 90 * GIB);
  });
  it("writes the variables that bin/solr reads, with its own stacks", () => {
    assert.deepEqual(texts(alone("solr", 16 * GIB, 4), "SOLR_JAVA_MEM", "SOLR_OPTS"), {
      SOLR_JAVA_MEM: "-Xms8192m -Xmx8192m",
      SOLR_OPTS: "-XX:ReservedCodeCacheSize=240m -XX:MaxDirectMemorySize=4096m -Xss256k -XX:ActiveProcessorCount=4",
    });
  });
  it("does not fit below 378.4 MiB", () => {
    assert.equal(alone("solr", 396_781_159, 2)["heap"]!.text, "128m");
    assert.equal(tryAlone("solr", 396_781_158, 2), null);
  });

  provePromises({
    profile: "solr",
    given: anyServerOptions({ heapMax: fc.integer({ min: 128 * MIB, max: 31 * GIB }) }),
    worstBytes: serverWorstBytes,
  });
});
