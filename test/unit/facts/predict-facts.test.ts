import assert from "node:assert/strict";
import type { CatalogueRow } from "../../../agent/facts/catalogue/catalogue-table.ts";
import { findInstanceType } from "../../../agent/facts/catalogue/catalogue.ts";
import { factsForSize, predictFacts } from "../../../agent/facts/predict-facts.ts";
import { machineOf } from "../../../agent/tuning/allot.ts";

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

function row(type: string): CatalogueRow {
  return findInstanceType(type) ?? assert.fail(type);
}

describe("the prediction for an instance type", () => {
  it("is all that is known of the machine, each with its origin", () => {
    const { origins, ...facts } = predictFacts({
      ...row("i4i.large"),
      source: { asOf: "2026-11-25", name: "EC2" },
    });
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
      memTotalBytes: 15_656 * MIB,
      memLimitBytes: 15_656 * MIB,
      vcpus: 2,
      cores: 1,
      threadsPerCore: 2,
      cpuQuota: null,
      numaNodes: 1,
      hugePagesBytes: 0,
      pageSizeBytes: 4096,
      swapBytes: 0,
      disks: [{ name: "instance-store-0", sizeBytes: 468_000_000_000, rotational: false, nvme: true }],
      gpus: 0,
      kernel: null,
      network: { enis: 3, ipv4PerEni: 10 },
      cpuBaselinePercent: null,
      fileSystems: null,
    });
    const known = Object.entries(facts).filter(([, value]) => value !== null);
    assert.deepEqual(Object.keys(origins).toSorted(), known.map(([name]) => name).toSorted());
    assert.deepEqual(origins["vcpus"], { source: "catalogue", detail: "i4i.large: EC2, 2026-11-25" });
    assert.equal(origins["numaNodes"]?.source, "derived");
  });
});

describe("the baseline of an instance type", () => {
  it("is known of a burstable one, with its source", () => {
    const { cpuBaselinePercent, origins } = predictFacts(row("t3.small"));
    assert.equal(cpuBaselinePercent, 20);
    assert.deepEqual(origins["cpuBaselinePercent"], {
      source: "catalogue",
      detail: "EC2 User Guide, burstable performance instances",
    });
  });
});

describe("the GPUs of an instance type", () => {
  // EC2's own list: aws.amazon.com/ec2/instance-types, accelerated computing.
  for (const [type, gpus] of Object.entries({
    "g4dn.12xlarge": 4,
    "g4ad.16xlarge": 4,
    "p5.48xlarge": 8,
    "dl1.24xlarge": 0,
  })) {
    it(`are ${gpus} of a ${type}, and profiles may know`, () => {
      const facts = predictFacts(row(type));
      assert.deepEqual([facts.gpus, machineOf(facts).gpus], [gpus, gpus]);
    });
  }

  it("are not known of a size", () => assert.equal(machineOf(factsForSize(GIB, 2)).gpus, null));
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
