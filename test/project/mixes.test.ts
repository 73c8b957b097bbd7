import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { MIXES } from "../../scripts/docs/mixes.ts";
import { formatMixes, MIXES_PAGE, tuneMix } from "../../scripts/docs/write-mixes.ts";

describe("the page of the mixes", () => {
  it("is what the profiles say: `scripts/node scripts/docs/write-mixes.ts` writes it anew", () => {
    assert.equal(readFileSync(MIXES_PAGE, "utf8"), formatMixes());
  });
  it("has ten mixes or more", () => {
    assert.ok(MIXES.length >= 10);
  });
  for (const mix of MIXES) {
    describe(mix.title, () => {
      const { facts, tuning } = tuneMix(mix);

      it("stays within the machine", () => {
        const { reservedBytes, unallocatedBytes } = tuning.budget;
        const given = tuning.apps.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0);
        assert.equal(given + reservedBytes + unallocatedBytes, facts.memLimitBytes);
      });
      for (const { says, holds } of mix.reasons)
        it(`is divided for the reason that it gives: ${says}`, () => {
          assert.ok(holds((name) => tuning.apps.find((app) => app.name === name)!));
        });
    });
  }
});
