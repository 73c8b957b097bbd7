import assert from "node:assert/strict";
import fc from "fast-check";
import { alone, GIB, MIB, numberOf, texts, tryAlone } from "./alone.ts";
import { provePromises } from "./prove-profile.ts";

describe("go", () => {
  it("limits 1 GiB as automemlimit does", () => {
    assert.deepEqual(texts(alone("go", GIB, 2), "GOMEMLIMIT", "GOMAXPROCS", "env"), {
      GOMEMLIMIT: "966367641",
      GOMAXPROCS: "2",
      env: "GOMEMLIMIT=966367641\nGOMAXPROCS=2",
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
