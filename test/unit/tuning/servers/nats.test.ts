import assert from "node:assert/strict";
import fc from "fast-check";
import { alone, GIB, MIB, numberOf, texts, tryAlone } from "../../support/alone.ts";
import { provePromises } from "../../support/prove-profile.ts";

describe("nats", () => {
  // dynJetStreamConfig: 3/4 of GOMEMLIMIT, which is nine tenths of the share, less 32 MiB; of it, 256 of 576 bytes are counted.
  for (const [memory, limit, store] of [
    [256 * MIB, "241591910", "69345826"],
    [GIB, "966367641", "310937736"],
    [16 * GIB, "15461882265", "5142775944"],
    [1024 * GIB, "989560464998", "329842303522"],
  ] as const)
    it(`lets streams in memory take ${store} bytes of ${memory / MIB} MiB`, () => {
      assert.deepEqual(texts(alone("nats", memory, 4), "GOMEMLIMIT", "GOMAXPROCS", "max_memory_store", "env"), {
        GOMEMLIMIT: limit,
        GOMAXPROCS: "0",
        max_memory_store: store,
        env: `GOMEMLIMIT=${limit}\nGOMAXPROCS=0\nNATS_MAX_MEMORY_STORE=${store}`,
      });
    });
  it("lets large messages fill three quarters of what the runtime may take, and small ones much less", () => {
    const store = (messageSize: string) => alone("nats", GIB, 4, { messageSize })["max_memory_store"]!.value;
    assert.deepEqual([store("64MiB"), store("1KiB"), store("64B")], [699_606_570, 533_036_119, 116_601_651]);
  });
  it("takes a size that is asked for, also none, if it fits", () => {
    const store = (given: string) => alone("nats", 8 * GIB, 4, { max_memory_store: given })["max_memory_store"]!;
    assert.deepEqual([store("1GiB").text, store("1GiB").boundBy], ["1073741824", "user"]);
    assert.equal(store("0B").text, "0");
    assert.ok(tryAlone("nats", 3_616_422_116, 4, { max_memory_store: "1GiB" }));
    assert.equal(tryAlone("nats", 3_616_422_115, 4, { max_memory_store: "1GiB" }), null);
  });
  it("does not fit below 32 MiB for the server itself", () => {
    assert.deepEqual(texts(alone("nats", 37_282_703, 1), "GOMEMLIMIT", "max_memory_store"), {
      GOMEMLIMIT: "33554432",
      max_memory_store: "0",
    });
    assert.equal(tryAlone("nats", 37_282_702, 1), null);
  });

  provePromises({
    profile: "nats",
    given: fc.record(
      {
        limitPercent: fc.integer({ min: 10, max: 100 }),
        max_memory_store: fc.integer({ min: 0, max: 4 * GIB }),
        messageSize: fc.integer({ min: 32, max: MIB }),
      },
      { requiredKeys: [] },
    ),
    worstBytes(settings, { messageSize = 256 }) {
      const limit = numberOf(settings, "GOMEMLIMIT");
      const messages = numberOf(settings, "max_memory_store") / Number(messageSize);
      return 32 * MIB + messages * (Number(messageSize) + 320) <= limit ? limit : Infinity;
    },
  });
});
