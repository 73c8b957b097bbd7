import assert from "node:assert/strict";
import fc from "fast-check";
import { type Claim, fillByWeight } from "../../../agent/tuning/fill-by-weight.ts";

const TIB = 2 ** 40;
const claim = fc
  .record({
    weight: fc.oneof(fc.integer({ min: 1, max: 10_000 }), fc.double({ min: 1, max: 10_000, noNaN: true })),
    floorBytes: fc.oneof(fc.integer({ min: 0, max: 64 }), fc.integer({ min: 0, max: TIB })),
    roomBytes: fc.oneof(fc.integer({ min: 0, max: 64 }), fc.integer({ min: 0, max: 32 * TIB }), fc.constant(Infinity)),
  })
  .map(({ weight, floorBytes, roomBytes }): Claim => ({ weight, floorBytes, capBytes: floorBytes + roomBytes }));
const claims = fc.array(claim, { minLength: 1, maxLength: 8 });
const spare = fc.oneof(fc.integer({ min: 0, max: 64 }), fc.integer({ min: 0, max: 32 * TIB }));

const sum = (amounts: readonly number[]): number => amounts.reduce((total, amount) => total + amount, 0);
const floorsOf = (list: readonly Claim[]): number => sum(list.map(({ floorBytes }) => floorBytes));

describe("fillByWeight", () => {
  const open = { floorBytes: 0, capBytes: Infinity };

  it("divides by the weights where no bound is hit", () => {
    assert.deepEqual(
      fillByWeight(4000, [
        { ...open, weight: 3 },
        { ...open, weight: 1 },
      ]),
      [3000, 1000],
    );
  });
  it("rounds down and leaves the remainder", () => {
    assert.deepEqual(
      fillByWeight(
        100,
        [1, 1, 1].map((weight) => ({ ...open, weight })),
      ),
      [33, 33, 33],
    );
  });
  it("gives what a cap frees to the others by their weights", () => {
    const list = [
      { weight: 2, floorBytes: 0, capBytes: 100 },
      { ...open, weight: 1 },
      { ...open, weight: 3 },
    ];
    assert.deepEqual(fillByWeight(900, list), [100, 200, 600]);
  });
  it("takes what a floor needs from the others by their weights", () => {
    const list = [
      { weight: 1, floorBytes: 500, capBytes: Infinity },
      { ...open, weight: 1 },
      { ...open, weight: 3 },
    ];
    assert.deepEqual(fillByWeight(900, list), [500, 100, 300]);
  });
  it("settles floors and caps that pull in opposite directions", () => {
    const list = [
      { weight: 1, floorBytes: 400, capBytes: 400 },
      { weight: 8, floorBytes: 0, capBytes: 200 },
      { ...open, weight: 1 },
    ];
    assert.deepEqual(fillByWeight(1000, list), [400, 200, 400]);
  });
  it("gives a claim of weight 0 its floor", () => {
    const list = [
      { weight: 0, floorBytes: 10, capBytes: Infinity },
      { ...open, weight: 1 },
    ];
    assert.deepEqual(fillByWeight(100, list), [10, 90]);
    assert.deepEqual(fillByWeight(100, list.slice(0, 1)), [10]);
  });
  it("is exact for 32 TiB and weights whose product no float can hold", () => {
    const list = [
      { ...open, weight: 9999 },
      { ...open, weight: 1 },
    ];
    assert.deepEqual(fillByWeight(35_184_372_088_832, list), [35_180_853_651_623, 3_518_437_208]);
  });

  it("keeps every share within its bounds, and wastes less than a byte for each", () => {
    fc.assert(
      fc.property(claims, spare, (list, extra) => {
        const capacity = floorsOf(list) + extra;
        const shares = fillByWeight(capacity, list);
        list.forEach(({ floorBytes, capBytes }, i) => assert.ok(shares[i]! >= floorBytes && shares[i]! <= capBytes));
        const usable = Math.min(capacity, sum(list.map(({ capBytes }) => capBytes)));
        assert.ok(sum(shares) <= capacity && sum(shares) > usable - list.length);
      }),
    );
  });
  it("lowers no share when there is more", () => {
    fc.assert(
      fc.property(claims, spare, spare, (list, extra, more) => {
        const before = fillByWeight(floorsOf(list) + extra, list);
        const after = fillByWeight(floorsOf(list) + extra + more, list);
        before.forEach((share, i) => assert.ok(after[i]! >= share));
      }),
    );
  });
  it("raises no other share, and not lowers its own, when one weight rises", () => {
    fc.assert(
      fc.property(claims, spare, fc.nat(7), fc.integer({ min: 1, max: 9999 }), (list, extra, pick, step) => {
        const chosen = pick % list.length;
        const before = fillByWeight(floorsOf(list) + extra, list);
        const heavier = list.map((entry, i) => (i === chosen ? { ...entry, weight: entry.weight + step } : entry));
        fillByWeight(floorsOf(list) + extra, heavier).forEach((share, i) =>
          assert.ok(i === chosen ? share >= before[i]! : share <= before[i]!),
        );
      }),
    );
  });
  it("lowers no other share when one cap falls", () => {
    fc.assert(
      fc.property(claims, spare, fc.nat(7), (list, extra, pick) => {
        const chosen = pick % list.length;
        const before = fillByWeight(floorsOf(list) + extra, list);
        const capped = list.map((entry, i) => (i === chosen ? { ...entry, capBytes: entry.floorBytes } : entry));
        fillByWeight(floorsOf(list) + extra, capped).forEach((share, i) =>
          assert.ok(i === chosen || share >= before[i]!),
        );
      }),
    );
  });
  it("does not depend on the order of the claims", () => {
    fc.assert(
      fc.property(claims, spare, (list, extra) => {
        const capacity = floorsOf(list) + extra;
        assert.deepEqual(fillByWeight(capacity, list.toReversed()).toReversed(), fillByWeight(capacity, list));
      }),
    );
  });
});
