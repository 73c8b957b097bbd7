import assert from "node:assert/strict";
import fc from "fast-check";
import { alone, GIB, MIB, numberOf, texts, tryAlone } from "../../support/alone.ts";
import { provePromises } from "../../support/prove-profile.ts";

describe("etcd", () => {
  // OpenShift: 32 GiB for 8 GiB; etcd: 8 GB is typical, for its default of 2 GiB.
  for (const [memory, quota, limit, boundBy] of [
    [512 * MIB, "134217728", "362387865", null],
    [4 * GIB, "1073741824", "2899102924", null],
    [8 * GIB, "2147483648", "5798205849", null],
    [32 * GIB, "8589934592", "23192823398", "cap"],
    [1024 * GIB, "8589934592", "981829523865", "cap"],
  ] as const)
    it(`has a database of ${quota} bytes at most in ${memory / MIB} MiB, and leaves the rest to the runtime`, () => {
      const settings = alone("etcd", memory, 4);
      assert.deepEqual(texts(settings, "ETCD_QUOTA_BACKEND_BYTES", "GOMEMLIMIT", "GOMAXPROCS", "env"), {
        ETCD_QUOTA_BACKEND_BYTES: quota,
        GOMEMLIMIT: limit,
        GOMAXPROCS: "0",
        env: `ETCD_QUOTA_BACKEND_BYTES=${quota}\nGOMEMLIMIT=${limit}\nGOMAXPROCS=0`,
      });
      assert.equal(settings["ETCD_QUOTA_BACKEND_BYTES"]!.boundBy, boundBy);
    });
  it("says so where the quota is less than etcd's own", () => {
    const noteOf = (memory: number) => alone("etcd", memory, 2)["ETCD_QUOTA_BACKEND_BYTES"]!.note;
    assert.equal(noteOf(8 * GIB - 1), "etcd's own 2 GiB would be more than a quarter of the memory");
    assert.equal(noteOf(8 * GIB), null);
  });
  it("takes the quota that all members have, if it fits", () => {
    const settings = alone("etcd", 4 * GIB, 2, { quota: "3GiB" });
    assert.deepEqual(texts(settings, "ETCD_QUOTA_BACKEND_BYTES", "GOMEMLIMIT"), {
      ETCD_QUOTA_BACKEND_BYTES: "3221225472",
      GOMEMLIMIT: "966367641",
    });
    assert.equal(settings["ETCD_QUOTA_BACKEND_BYTES"]!.boundBy, "user");
    assert.equal(tryAlone("etcd", 3 * GIB, 2, { quota: "3GiB" }), null);
  });
  it("does not fit where the runtime would have less than 64 MiB", () => {
    assert.equal(alone("etcd", 99_420_540, 1)["GOMEMLIMIT"]!.value, 67_108_864);
    assert.equal(tryAlone("etcd", 99_420_539, 1), null);
  });

  provePromises({
    profile: "etcd",
    given: fc.record(
      { limitPercent: fc.integer({ min: 10, max: 100 }), quota: fc.integer({ min: MIB, max: 16 * GIB }) },
      { requiredKeys: [] },
    ),
    worstBytes: (settings) => numberOf(settings, "ETCD_QUOTA_BACKEND_BYTES") + numberOf(settings, "GOMEMLIMIT"),
  });
});
