import assert from "node:assert/strict";
import { isMetal, magnitudeOf } from "../../../agent/names/instance-size.ts";

describe("the order of EC2's sizes", () => {
  it("is nano, micro, small, medium, large, xlarge, and then as often an xlarge as they say", () => {
    const sizes = "nano micro small medium large xlarge 2xlarge 3xlarge 4xlarge 9xlarge 10xlarge 24xlarge 224xlarge";
    const magnitudes = sizes.split(" ").map((size) => magnitudeOf(size)!);
    assert.deepEqual(
      magnitudes,
      magnitudes.toSorted((a, b) => a - b),
    );
    assert.equal(new Set(magnitudes).size, magnitudes.length);
  });
  it("has no place for metal, nor for what is no size", () => {
    for (const size of ["metal", "metal-24xl", "8xl", "1xlarge", "0xlarge", "lrage", ""])
      assert.equal(magnitudeOf(size), null, size);
    assert.deepEqual(["metal", "metal-24xl", "metal-", "large"].map(isMetal), [true, true, false, false]);
  });
});
