import assert from "node:assert/strict";
import fc from "fast-check";
import type { ReserveRule } from "../../../agent/config/config.ts";
import { computeReserveBytes, describeReserve } from "../../../agent/tuning/reserve.ts";
import { GIB, MIB } from "../support/alone.ts";

describe("a reserve that is a share of the memory", () => {
  const rule = { kind: "share", share: 0.05, minBytes: 256 * MIB, maxBytes: 4 * GIB } as const;

  it("is the minimum on a small machine", () => assert.equal(computeReserveBytes(rule, GIB), 268_435_456));
  it("is the share in between", () => assert.equal(computeReserveBytes(rule, 16 * GIB), 858_993_459));
  it("is the maximum on a huge machine", () => assert.equal(computeReserveBytes(rule, 1024 * GIB), 4_294_967_296));
  it("is the size that is minimum and maximum", () => {
    const size = { kind: "share", share: 0, minBytes: 512 * MIB, maxBytes: 512 * MIB } as const;
    assert.deepEqual(
      [GIB, 1024 * GIB].map((bytes) => computeReserveBytes(size, bytes)),
      [536_870_912, 536_870_912],
    );
  });
});

describe("parbake's own reserve", () => {
  const sizes: readonly (readonly [memoryMib: number, reserveMib: number])[] = [
    [256, 143],
    [512, 158],
    [1024, 189],
    [4096, 373],
    [8192, 537],
    [16_384, 865],
    [65_536, 1848],
    [131_072, 3159],
    [1_048_576, 12_334],
    [33_554_432, 337_392],
  ];
  for (const [memoryMib, reserveMib] of sizes) {
    it(`is ${reserveMib} MiB of ${memoryMib} MiB`, () => {
      const reserveBytes = computeReserveBytes({ kind: "tiers" }, memoryMib * MIB);
      assert.equal(Math.floor(reserveBytes / MIB), reserveMib);
    });
  }
  it("takes an ever smaller part of ever more memory", () => {
    const memory = fc.integer({ min: 128 * MIB, max: 2 ** 45 });
    fc.assert(
      fc.property(memory, memory, (one, other) => {
        const [less, more] = one < other ? [one, other] : [other, one];
        const [before, after] = [less, more].map((bytes) => computeReserveBytes({ kind: "tiers" }, bytes) / bytes);
        // Rounded to a byte in each tier.
        assert.ok(after! <= before! + 4 / less);
      }),
    );
  });
  it("says how it is made up", () => {
    const words =
      "128 MiB and 6 % of the first 4 GiB, 4 % of the next 12 GiB, 2 % of the next 112 GiB, 1 % of what is above";
    assert.equal(describeReserve({ kind: "tiers" }), words);
  });
});

describe("every reserve", () => {
  const share = fc.record({
    kind: fc.constant("share" as const),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    minBytes: fc.constant(0),
    maxBytes: fc.constant(Infinity),
  });
  const rules: fc.Arbitrary<ReserveRule> = fc.oneof(share, fc.constant({ kind: "tiers" as const }));
  const bounds = [4 * GIB, 16 * GIB, 128 * GIB].map((bound) => fc.integer({ min: bound - 64, max: bound + 64 }));

  it("never falls, and never rises faster than the memory", () => {
    const memory = fc.oneof(fc.integer({ min: 0, max: 2 ** 45 }), ...bounds);
    fc.assert(
      fc.property(rules, memory, fc.integer({ min: 0, max: 64 }), (rule, bytes, more) => {
        const [before, after] = [bytes, bytes + more].map((size) => computeReserveBytes(rule, size));
        assert.ok(before! <= after! && after! - before! <= more);
      }),
    );
  });
});
