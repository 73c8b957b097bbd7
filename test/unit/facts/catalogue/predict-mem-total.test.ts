import assert from "node:assert/strict";
import type { CatalogueRow } from "../../../../agent/facts/catalogue/catalogue-table.ts";
import { findInstanceType, readCatalogue } from "../../../../agent/facts/catalogue/catalogue.ts";
import { predictMemTotalBytes } from "../../../../agent/facts/catalogue/predict-mem-total.ts";

const MIB = 1024 ** 2;

function row(type: string): CatalogueRow {
  return findInstanceType(type) ?? assert.fail(type);
}

// The smallest MemTotal of a real instance, in MiB: kubernetes node capacity in Karpenter's table of 2023 (Apache-2.0,
// aws/karpenter-provider-aws 33450d8, zz_generated.memory_overhead.go), and MemTotal in Spare Cores' sc-inspector-data
// (CC BY-SA 4.0, https://sparecores.com, 2024 to 2026).
const MEASURED: Readonly<Record<string, number>> = {
  // The smallest and largest of each rule for Nitro, and those that it is tightest for.
  "x8aedz.large": 64_018,
  "u-6tb1.112xlarge": 6_167_612,
  "u7i-6tb.112xlarge": 6_180_209,
  "t3a.nano": 418,
  "t3a.small": 1916,
  "g7e.2xlarge": 63_764,
  "t4g.nano": 414,
  "t4g.small": 1842,
  "t3.small": 1910,
  "g5.xlarge": 15_788,
  "r6g.2xlarge": 63_511,
  "m5n.4xlarge": 63_490,
  "g4dn.xlarge": 15_684,
  "r5.24xlarge": 765_683,
  "m7i-flex.large": 7771,
  "r8i.96xlarge": 3_047_484,
  "c7g.medium": 1831,
  "m8azn.3xlarge": 47_257,
  "x8g.48xlarge": 3_041_843,
  "m9g.medium": 3772,
  "m6a.4xlarge": 62_920,
  "m6g.2xlarge": 31_367,
  "m7a.medium": 3785,
  "m5.large": 7633,
  "m5.12xlarge": 189_052,
  "c5n.4xlarge": 41_106,
  "c5.large": 3691,
  "c5.18xlarge": 140_728,
  "a1.medium": 1799,
  "g6.4xlarge": 61_912,
  "g6.48xlarge": 745_673,
  "vt1.3xlarge": 22_507,
  "g4ad.xlarge": 15_363,
  "g4ad.16xlarge": 255_203,
  "dl1.24xlarge": 765_901,
  "u-9tb1.112xlarge": 9_263_178,
  // Xen and metal.
  "t1.micro": 542,
  "t2.nano": 442,
  "m1.medium": 3713,
  "t2.medium": 3900,
  "m2.2xlarge": 34_230,
  "r4.16xlarge": 491_746,
  "p3.2xlarge": 61_266,
  "a1.metal": 32_019,
  "i3.metal": 515_825,
  "c8a.metal-24xl": 192_046,
  "m7i.metal-48xl": 773_772,
};

describe("the predicted MemTotal", () => {
  for (const [type, memTotalMiB] of Object.entries(MEASURED)) {
    it(`is at most what a ${type} has, and within 4 % of it`, () => {
      const predictedMiB = predictMemTotalBytes(row(type)) / MIB;
      assert.ok(predictedMiB <= memTotalMiB && predictedMiB >= memTotalMiB * 0.96, `${predictedMiB} MiB`);
    });
  }

  it("is within 1 % in the median", () => {
    const slacks = Object.entries(MEASURED)
      .map(([type, memTotalMiB]) => 1 - predictMemTotalBytes(row(type)) / MIB / memTotalMiB)
      .toSorted((a, b) => a - b);
    assert.ok((slacks[Math.floor(slacks.length / 2)] ?? 1) <= 0.01, slacks.join(" "));
  });

  it("is never above its advertised memory, nor 21 % below it", () => {
    for (const each of readCatalogue().rows.values()) {
      const share = predictMemTotalBytes(each) / each.memoryBytes;
      assert.ok(share > 0.79 && share < 1, `${each.type}: ${share}`);
    }
  });

  it("grows with the memory, everything else the same", () => {
    for (const like of ["m7g.large", "t3.small", "g6.xlarge", "t2.micro", "m5.metal"].map(row)) {
      let last = 0;
      for (let memoryMiB = 512; memoryMiB <= 32 * 1024 * 1024; memoryMiB = Math.ceil(memoryMiB * 1.07)) {
        const predicted = predictMemTotalBytes({ ...like, memoryBytes: memoryMiB * MIB });
        assert.ok(predicted > last, `${like.type} with ${memoryMiB} MiB`);
        last = predicted;
      }
    }
  });

  // As if the family were not measured: the worst hosts of the first five generations, of the later ones, and beside a GPU.
  for (const type of [
    "c5.large",
    "c5.18xlarge",
    "m6g.2xlarge",
    "m9g.medium",
    "x8g.48xlarge",
    "g6.4xlarge",
    "vt1.3xlarge",
  ]) {
    it(`is at most what a ${type} has where its family is unmeasured`, () => {
      const unmeasured = { ...row(type), type: `new-${type}` };
      assert.ok(predictMemTotalBytes(unmeasured) <= (MEASURED[type] ?? assert.fail(type)) * MIB);
    });
  }

  it("is within 2 % of an m7i.large's where its family is unmeasured", () => {
    const unmeasured = { ...row("m7i-flex.large"), type: "m19i.large" };
    assert.ok(predictMemTotalBytes(unmeasured) >= 0.98 * 7771 * MIB);
  });
});
