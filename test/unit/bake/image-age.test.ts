import assert from "node:assert/strict";
import { imageAgeMs, tooOld } from "../../../agent/bake/image-age.ts";

const BAKED = { bakedAt: "2026-10-01T00:00:00Z" };
const AT = { file: "parbake.yaml", line: 3, column: 1 };
const LIMIT = { limitMs: 30 * 86_400_000, policy: "warn", at: AT } as const;

describe("the age of an image", () => {
  it("is too old beyond the limit, and not at it", () => {
    assert.equal(tooOld(BAKED, LIMIT, Date.parse("2026-10-31T00:00:00Z")), null);
    assert.deepEqual(tooOld(BAKED, LIMIT, Date.parse("2026-11-15T00:00:00Z")), {
      what: "the image was baked 45 d ago, on 2026-10-01, and maxImageAge is 30 d",
      fix: "Bake a new image, and replace this machine by one that starts from it.",
      at: AT,
    });
  });

  it("has no limit where the config gives none", () => {
    assert.equal(tooOld(BAKED, null, Date.parse("2036-01-01T00:00:00Z")), null);
  });

  it("is 0 by a clock that has not been set yet", () => {
    assert.equal(imageAgeMs(BAKED, Date.parse("1970-01-01T00:00:00Z")), 0);
    assert.equal(tooOld(BAKED, LIMIT, 0), null);
  });
});
