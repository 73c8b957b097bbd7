import assert from "node:assert/strict";
import fc from "fast-check";
import { tuneAlone } from "../../../../agent/tuning/compute-tuning.ts";
import { allot, alone, GIB, MIB, numberOf, texts, tryAlone } from "../../support/alone.ts";
import { provePromises } from "../../support/prove-profile.ts";

describe("go", () => {
  it("limits 1 GiB as automemlimit does", () => {
    assert.deepEqual(texts(alone("go", GIB, 2), "GOMEMLIMIT", "GOMAXPROCS", "env"), {
      GOMEMLIMIT: "966367641",
      GOMAXPROCS: "0",
      env: "GOMEMLIMIT=966367641\nGOMAXPROCS=0",
    });
  });
  it("limits it at another ratio", () => {
    const { GOMEMLIMIT } = alone("go", GIB, 2, { limitPercent: 50 });
    assert.deepEqual([GOMEMLIMIT!.value, GOMEMLIMIT!.boundBy], [536_870_912, "user"]);
  });
  it("takes the processors that are asked for", () => {
    const { GOMAXPROCS } = alone("go", GIB, 2, { maxProcs: 7 });
    assert.deepEqual([GOMAXPROCS!.value, GOMAXPROCS!.boundBy], [7, "user"]);
  });
  // golang/go, runtime/proc.go: a number of 1 or more is set, and then no longer follows the CPUs.
  it("leaves all of the CPUs to the runtime, and sets fewer", () => {
    const { GOMAXPROCS: all } = alone("go", GIB, 8);
    assert.deepEqual([all!.value, all!.text], [8, "0"]);
    const machine = { memoryBytes: 4 * GIB, vcpus: 8, disks: null, numaNodes: null, gpus: null };
    const result = tuneAlone("go", allot(GIB, 4, { machine }), {});
    assert.ok(result.kind === "tuned");
    assert.deepEqual(texts(result.settings, "GOMAXPROCS"), { GOMAXPROCS: "4" });
  });
  it("does not fit below 16 MiB", () => {
    assert.equal(alone("go", 16 * MIB, 1)["GOMEMLIMIT"]!.value, 15_099_494);
    assert.equal(tryAlone("go", 16 * MIB - 1, 1), null);
  });

  provePromises({
    profile: "go",
    given: fc.record({ limitPercent: fc.integer({ min: 10, max: 100 }) }, { requiredKeys: [] }),
    worstBytes: (settings) => numberOf(settings, "GOMEMLIMIT"),
  });
});
