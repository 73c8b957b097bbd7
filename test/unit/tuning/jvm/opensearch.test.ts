import assert from "node:assert/strict";
import { alone, GIB, MIB, numberOf, tryAlone } from "../../support/alone.ts";
import { anyServerOptions, serverWorstBytes } from "../../support/jvm-server.ts";
import { provePromises } from "../../support/prove-profile.ts";

describe("opensearch", () => {
  // Its documentation: half of the memory, below 32 GB; 31 GiB as everyone.
  for (const [gib, heap, boundBy] of [
    [1, "512m", null],
    [2, "1024m", null],
    [16, "8192m", null],
    [62, "31744m", "cap"],
    [128, "31744m", "cap"],
  ] as const) {
    it(`has a heap of ${heap} in ${gib} GiB`, () => {
      const setting = alone("opensearch", gib * GIB, 4)["heap"]!;
      assert.deepEqual([setting.text, setting.boundBy], [heap, boundBy]);
    });
  }
  it("holds the heap to what the JVM leaves of a small share", () => {
    const { heap } = alone("opensearch", 512 * MIB, 2);
    assert.deepEqual([heap!.text, heap!.boundBy], ["220m", "share"]);
    assert.equal(alone("opensearch", 420 * MIB, 2)["heap"]!.text, "128m");
    assert.equal(tryAlone("opensearch", 420 * MIB - 1, 2), null);
  });
  it("writes the collector's options of its jvm.options, at any size", () => {
    const written =
      /-Xms8192m -Xmx8192m .* -XX:\+UseG1GC -XX:G1ReservePercent=25 -XX:InitiatingHeapOccupancyPercent=30$/;
    assert.match(String(alone("opensearch", 16 * GIB, 4)["options"]!.value), written);
    assert.match(String(alone("opensearch", GIB, 4)["options"]!.value), /-XX:G1ReservePercent=25/);
  });
  it("leaves most of a large share to the page cache", () => {
    assert.ok(numberOf(alone("opensearch", 128 * GIB, 16), "pageCache") > 75 * GIB);
  });

  provePromises({ profile: "opensearch", given: anyServerOptions({}), worstBytes: serverWorstBytes });
});
