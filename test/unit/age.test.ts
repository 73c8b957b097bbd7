import assert from "node:assert/strict";
import { formatAge } from "../../agent/age.ts";

describe("formatAge", () => {
  it("gives an age in the unit that fits", () => {
    assert.deepEqual([0, 119_999, 120_000, 7_199_999, 7_200_000, 172_799_999, 172_800_000].map(formatAge), [
      "0 s",
      "119 s",
      "2 min",
      "119 min",
      "2 h",
      "47 h",
      "2 d",
    ]);
  });
});
