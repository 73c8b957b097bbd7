import assert from "node:assert/strict";
import { readCatalogue } from "../../../../agent/facts/catalogue/catalogue.ts";
import { cpuBaselinePercent } from "../../../../agent/facts/catalogue/cpu-baseline.ts";

describe("the baseline of a burstable type's CPUs", () => {
  // EC2 User Guide, "CPU credits and baseline utilization for burstable performance instances".
  const guide = { "t2.nano": 5, "t2.micro": 10, "t2.large": 30, "t2.xlarge": 22.5, "t2.2xlarge": 17, "t3.small": 20 };
  for (const [type, percent] of Object.entries({
    ...guide,
    "t3a.large": 30,
    "t4g.nano": 5,
    "t4g.2xlarge": 40,
    "t8i.medium": 20,
  })) {
    it(`is ${percent} % of a ${type}`, () => assert.equal(cpuBaselinePercent(type), percent));
  }

  it("is known of every T instance of the catalogue, and of no other but the first", () => {
    for (const { type } of readCatalogue().rows.values())
      assert.equal(cpuBaselinePercent(type) !== null, /^t(?!1|rn)/.test(type), type);
  });

  it("is null for what is no type", () => assert.equal(cpuBaselinePercent("t3"), null));
});
