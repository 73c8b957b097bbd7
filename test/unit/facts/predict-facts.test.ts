import assert from "node:assert/strict";
import type { CatalogueRow } from "../../../agent/facts/catalogue-table.ts";
import { findInstanceType, readCatalogue } from "../../../agent/facts/catalogue.ts";
import { factsForSize, predictFacts, predictMemTotalBytes } from "../../../agent/facts/predict-facts.ts";

const MIB = 1024 ** 2;

function row(type: string): CatalogueRow {
  return findInstanceType(type) ?? assert.fail(type);
}

describe("the prediction for an instance type", () => {
  it("is never above its advertised memory, nor 21 % below it", () => {
    for (const each of readCatalogue().rows.values()) {
      const share = predictMemTotalBytes(each) / each.memoryBytes;
      assert.ok(share > 0.79 && share < 1, `${each.type}: ${share}`);
    }
  });

  it("grows with the memory, everything else the same", () => {
    for (const like of ["m7g.large", "g6.xlarge", "t2.micro", "m5.metal"].map(row)) {
      let last = 0;
      for (let memoryMiB = 512; memoryMiB <= 32 * 1024 * 1024; memoryMiB = Math.ceil(memoryMiB * 1.07)) {
        const predicted = predictMemTotalBytes({ ...like, memoryBytes: memoryMiB * MIB });
        assert.ok(predicted > last, `${like.type} with ${memoryMiB} MiB`);
        last = predicted;
      }
    }
  });

  // MemTotal of a real instance, in MiB: kubernetes node capacity, from Karpenter's table of 2023.
  const measured: readonly [string, number][] = [
    ["t4g.nano", 423],
    ["t3.micro", 920],
    ["c5.large", 3691],
    ["m5.large", 7633],
    ["a1.4xlarge", 30_998],
    ["t2.nano", 442],
    ["m5.12xlarge", 189_052],
  ];
  for (const [type, memTotalMiB] of measured) {
    it(`is at most what a ${type} has, and within 8 % of it`, () => {
      const predictedMiB = predictMemTotalBytes(row(type)) / MIB;
      assert.ok(predictedMiB <= memTotalMiB && predictedMiB > memTotalMiB * 0.92, `${predictedMiB} MiB`);
    });
  }

  it("is all that is known of the machine, each with its origin", () => {
    const { origins, ...facts } = predictFacts(row("i4i.large"), { source: "EC2", asOf: "2026-11-25" });
    assert.deepEqual(facts, {
      instanceType: "i4i.large",
      instanceId: null,
      region: null,
      availabilityZone: null,
      amiId: null,
      partition: null,
      lifeCycle: null,
      localIpv4: null,
      localIpv6: null,
      hostname: null,
      roleName: null,
      tags: null,
      placementGroup: null,
      partitionNumber: null,
      architecture: "x86_64",
      memTotalBytes: 15_286 * MIB,
      memLimitBytes: 15_286 * MIB,
      vcpus: 2,
      cores: 1,
      threadsPerCore: 2,
      cpuQuota: null,
      numaNodes: 1,
      hugePagesBytes: 0,
      pageSizeBytes: 4096,
      swapBytes: 0,
      disks: [{ name: "instance-store-0", sizeBytes: 468_000_000_000, rotational: false, nvme: true }],
      kernel: null,
      network: { enis: 3, ipv4PerEni: 10 },
    });
    const known = Object.entries(facts).filter(([, value]) => value !== null);
    assert.deepEqual(Object.keys(origins).toSorted(), known.map(([name]) => name).toSorted());
    assert.deepEqual(origins["vcpus"], { source: "catalogue", detail: "i4i.large: EC2, 2026-11-25" });
    assert.equal(origins["numaNodes"]?.source, "derived");
  });
});

describe("the facts for a size", () => {
  it("are the memory that the OS reports and as many cores as CPUs", () => {
    const facts = factsForSize(3 * 1024 * MIB, 4);
    assert.deepEqual(
      [facts.memTotalBytes, facts.memLimitBytes, facts.vcpus, facts.cores, facts.threadsPerCore, facts.instanceType],
      [3_221_225_472, 3_221_225_472, 4, 4, 1, null],
    );
    assert.deepEqual(facts.origins["memTotalBytes"], { source: "option", detail: "--memory" });
    assert.deepEqual(facts.origins["vcpus"], { source: "option", detail: "--cpus" });
  });
});
