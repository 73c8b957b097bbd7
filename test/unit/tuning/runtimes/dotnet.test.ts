import assert from "node:assert/strict";
import fc from "fast-check";
import { dotnet } from "../../../../agent/tuning/runtimes/dotnet.ts";
import { alone, GIB, MIB, numberOf, texts, tryAlone } from "../../support/alone.ts";
import { provePromises } from "../../support/prove-profile.ts";

describe("dotnet", () => {
  it("limits the heap to three quarters, in hexadecimal", () => {
    assert.deepEqual(texts(alone("dotnet", GIB, 16), "DOTNET_GCHeapHardLimit", "DOTNET_GCHeapCount", "env"), {
      DOTNET_GCHeapHardLimit: "0x30000000",
      DOTNET_GCHeapCount: "0x0",
      env: "DOTNET_gcServer=1\nDOTNET_GCHeapHardLimit=0x30000000\nDOTNET_GCHeapCount=0x0",
    });
  });
  it("writes 200 MiB and 12 heaps as the documentation does", () => {
    const settings = alone("dotnet", 400 * MIB, 16, { heapPercent: 50 });
    assert.equal(settings["DOTNET_GCHeapHardLimit"]!.text, "0xC800000");
    assert.equal(settings["DOTNET_GCHeapCount"]!.text, "0xC");
  });
  it("leaves as many heaps as CPUs to the runtime, which then adapts them to the load", () => {
    const { DOTNET_GCHeapCount: heaps } = alone("dotnet", GIB, 4);
    assert.deepEqual([heaps!.value, heaps!.text], [4, "0x0"]);
    assert.match(heaps!.note!, /DATAS/);
  });
  it("has workstation collection on one CPU, or where it is asked for", () => {
    assert.equal(alone("dotnet", GIB, 1)["DOTNET_gcServer"]!.text, "0");
    const asked = alone("dotnet", GIB, 8, { gc: "workstation" });
    assert.deepEqual(texts(asked, "DOTNET_gcServer", "DOTNET_GCHeapCount"), {
      DOTNET_gcServer: "0",
      DOTNET_GCHeapCount: "absent",
    });
  });
  it("has no more heaps than of 16 MiB each", () => {
    const { DOTNET_GCHeapCount: heaps } = alone("dotnet", 256 * MIB, 64);
    assert.deepEqual([heaps!.value, heaps!.text, heaps!.boundBy], [12, "0xC", "share"]);
  });
  it("leaves 48 MiB to the runtime where a quarter is less", () => {
    const limits = [68, 96, 192, 193].map((mib) => alone("dotnet", mib * MIB, 1)["DOTNET_GCHeapHardLimit"]!);
    assert.deepEqual(
      limits.map(({ value, boundBy }) => [value, boundBy]),
      [
        [20_971_520, "share"],
        [50_331_648, "share"],
        [150_994_944, null],
        [151_781_376, null],
      ],
    );
    assert.equal(tryAlone("dotnet", 68 * MIB - 1, 1), null);
  });
  it("is of little use below 128 MiB of heap", () => {
    assert.equal(dotnet.useful({})["DOTNET_GCHeapHardLimit"]!.least, 128 * MIB);
    assert.ok(numberOf(alone("dotnet", 256 * MIB, 2), "DOTNET_GCHeapHardLimit") >= 128 * MIB);
  });
  it("has the runtime's own least limit", () => {
    const { DOTNET_GCHeapHardLimit: limit } = alone("dotnet", 100 * MIB, 1, { heapPercent: 10 });
    assert.deepEqual([limit!.value, limit!.boundBy], [20_971_520, "floor"]);
  });

  provePromises({
    profile: "dotnet",
    given: fc.record(
      { heapPercent: fc.integer({ min: 10, max: 90 }), gc: fc.constantFrom("auto", "server", "workstation") },
      { requiredKeys: [] },
    ),
    worstBytes: (settings) => numberOf(settings, "DOTNET_GCHeapHardLimit") + 48 * MIB,
  });
});
