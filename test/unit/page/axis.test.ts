import assert from "node:assert/strict";
import { scaleAxis } from "../../../agent/page/axis.ts";

const GIB = 2 ** 30;

describe("an axis", () => {
  it("is logarithmic in powers of two where memory goes from 1 to 64 GiB", () => {
    const { isLogarithmic, ticks, place } = scaleAxis([GIB, 3 * GIB, 64 * GIB], true);
    assert.ok(isLogarithmic);
    assert.deepEqual(
      ticks.map((tick) => tick / GIB),
      [1, 2, 4, 8, 16, 32, 64],
    );
    assert.deepEqual([place(GIB), place(8 * GIB), place(64 * GIB)], [0, 0.5, 1]);
  });

  it("has its top among the ticks where there are too many to write all of them", () => {
    const { ticks } = scaleAxis([2 * GIB, 200 * GIB], true);
    assert.deepEqual(
      ticks.map((tick) => tick / GIB),
      [4, 16, 64, 256],
    );
  });

  it("is linear from zero in round numbers where the values are near each other", () => {
    const { isLogarithmic, ticks, place } = scaleAxis([100, 170], false);
    assert.ok(!isLogarithmic);
    assert.deepEqual(ticks, [0, 50, 100, 150, 200]);
    assert.deepEqual([place(0), place(100), place(200)], [0, 0.5, 1]);
  });

  it("counts small numbers in whole steps", () => assert.deepEqual(scaleAxis([1, 2], false).ticks, [0, 1, 2]));

  it("has one tick where everything is zero", () => assert.deepEqual(scaleAxis([0, 0], false).ticks, [0]));

  it("has room for a single value", () => {
    const { place, ticks } = scaleAxis([7], false);
    assert.ok(place(7) > 0 && place(7) <= 1 && ticks.length > 1);
  });
});
