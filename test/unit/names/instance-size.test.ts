import assert from "node:assert/strict";
import { familyOf, isMetal, magnitudeOf, splitType } from "../../../agent/names/instance-size.ts";

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

describe("the name of an instance type", () => {
  it("is its family and its size", () => {
    assert.deepEqual(splitType("m7gd.2xlarge"), ["m7gd", "2xlarge"]);
    assert.equal(familyOf("u-6tb1.metal"), "u-6tb1");
  });
  it("is a family alone where there is no dot", () => assert.deepEqual(splitType("m7g"), ["m7g", ""]));
});
