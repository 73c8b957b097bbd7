import assert from "node:assert/strict";
import fc from "fast-check";
import { alone, GIB, MIB, numberOf, texts, tryAlone } from "../../support/alone.ts";
import { provePromises } from "../../support/prove-profile.ts";

describe("nats", () => {
  // dynJetStreamConfig: 3/4 of GOMEMLIMIT, which is nine tenths of the share.
  for (const [memory, limit, store] of [
    [256 * MIB, "241591910", "181193932"],
    [GIB, "966367641", "724775730"],
    [16 * GIB, "15461882265", "11596411698"],
    [1024 * GIB, "989560464998", "742170348748"],
  ] as const)
    it(`lets streams in memory take ${store} bytes of ${memory / MIB} MiB`, () => {
      assert.deepEqual(texts(alone("nats", memory, 4), "GOMEMLIMIT", "GOMAXPROCS", "max_memory_store", "env"), {
        GOMEMLIMIT: limit,
        GOMAXPROCS: "0",
        max_memory_store: store,
        env: `GOMEMLIMIT=${limit}\nGOMAXPROCS=0\nNATS_MAX_MEMORY_STORE=${store}`,
      });
    });
  it("takes a size that is asked for, also none, if it fits", () => {
    const store = (given: string) => alone("nats", 2 * GIB, 4, { max_memory_store: given })["max_memory_store"]!;
    assert.deepEqual([store("1GiB").text, store("1GiB").boundBy], ["1073741824", "user"]);
    assert.equal(store("0B").text, "0");
    assert.equal(tryAlone("nats", GIB, 4, { max_memory_store: "1GiB" }), null);
  });
  it("does not fit below 32 MiB for the server itself", () => {
    assert.equal(alone("nats", 37_282_703, 1)["GOMEMLIMIT"]!.value, 33_554_432);
    assert.equal(tryAlone("nats", 37_282_702, 1), null);
  });

  provePromises({
    profile: "nats",
    given: fc.record(
      { limitPercent: fc.integer({ min: 10, max: 100 }), max_memory_store: fc.integer({ min: 0, max: 4 * GIB }) },
      { requiredKeys: [] },
    ),
    worstBytes(settings) {
      const limit = numberOf(settings, "GOMEMLIMIT");
      return numberOf(settings, "max_memory_store") <= limit ? limit : Infinity;
    },
  });
});
