import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { asRatio, formatMissed, formatTable, judge, skip } from "../../../scripts/measuring/bench-table.ts";

const ROWS = [
  { figure: "node -e 0", measured: "30 ms" },
  judge("apply / node -e 0", 1.996, 2, asRatio),
  judge("parbake / rival", 2.004, 2, asRatio, "of the fastest 1.90 ×"),
  skip("curl", "no curl"),
];

describe("formatTable", () => {
  it("says of each figure its target, whether it is met, and what was measured", () => {
    assert.equal(
      formatTable(ROWS),
      [
        "node -e 0                            30 ms",
        "apply / node -e 0  ≤ 2.00 ×  met     2.00 ×",
        "parbake / rival    ≤ 2.00 ×  MISSED  2.00 ×  (of the fastest 1.90 ×)",
        "curl                                 skipped: no curl",
      ].join("\n"),
    );
  });
});

describe("formatMissed", () => {
  it("names each figure that misses its target, and no other", () => {
    assert.equal(formatMissed(ROWS), "targets missed: parbake / rival 2.00 × (≤ 2.00 ×)");
    assert.equal(formatMissed(ROWS.slice(0, 2)), "every target is met");
  });
});
