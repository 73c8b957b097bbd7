import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { formatCatalogue } from "../../../../agent/facts/catalogue/catalogue-table.ts";
import { findInstanceType, readCatalogue } from "../../../../agent/facts/catalogue/catalogue.ts";

const GIB = 1024 ** 3;

describe("the catalogue", () => {
  it("has at least 1,400 types, each with its source and day, the youngest of them its own", () => {
    const { rows, asOf } = readCatalogue();
    assert.ok(rows.size >= 1400, `${rows.size} types`);
    for (const { type, source } of rows.values()) {
      assert.match(source.name, /^EC2 DescribeInstanceTypes/, type);
      assert.match(source.asOf, /^20\d\d-\d\d-\d\d$/, type);
      assert.ok(source.asOf <= asOf, type);
    }
  });

  // Measured at work in November 2024 and later by Spare Cores; EC2 describes them no more, or not in every region.
  it("knows types that EC2 runs where they were started, and describes no more", () => {
    const gone = ["dl1.24xlarge", "f1.16xlarge", "g3s.xlarge", "g4ad.xlarge", "i3.metal", "p2.xlarge", "p3.16xlarge"];
    for (const type of [...gone, "u-9tb1.112xlarge", "u-12tb1.112xlarge", "u-18tb1.112xlarge", "u-24tb1.112xlarge"])
      assert.notEqual(findInstanceType(type), null, type);
    assert.equal(findInstanceType("u-9tb1.112xlarge")?.memoryBytes, 9 * 1024 * GIB);
    assert.equal(findInstanceType("p3.2xlarge")?.source.asOf, "2024-11-04");
  });

  it("holds only rows that add up", () => {
    for (const row of readCatalogue().rows.values()) {
      assert.equal(row.cores * row.threadsPerCore, row.vcpus, row.type);
      assert.ok(row.memoryBytes >= GIB / 2 && row.memoryBytes <= 32 * 1024 * GIB, row.type);
      assert.match(row.architecture, /^(x86_64|arm64)$/, row.type);
      assert.ok(row.enis >= 1 && row.ipv4PerEni >= 1, row.type);
      assert.ok(
        row.localDisks.every(({ count, sizeBytes }) => count > 0 && sizeBytes > 0),
        row.type,
      );
    }
  });

  it("is written as it is read", () => {
    const text = readFileSync(new URL("../../../../agent/facts/catalogue/catalogue.tsv", import.meta.url), "utf8");
    assert.equal(formatCatalogue([...readCatalogue().rows.values()]), text);
  });

  it("knows a type as EC2 describes it", () => {
    assert.deepEqual(findInstanceType("d3.xlarge"), {
      type: "d3.xlarge",
      vcpus: 4,
      cores: 2,
      threadsPerCore: 2,
      memoryBytes: 32 * GIB,
      architecture: "x86_64",
      enis: 4,
      ipv4PerEni: 3,
      network: "Up to 15 Gigabit",
      localDisks: [{ count: 3, sizeBytes: 1_980_000_000_000, kind: "hdd" }],
      gpus: 0,
      accelerators: 0,
      hypervisor: "nitro",
      source: { asOf: "2026-10-27", name: "EC2 DescribeInstanceTypes, as moto 5.2.5 carries it" },
    });
  });

  it("knows arm64, Xen, metal and GPUs", () => {
    assert.equal(findInstanceType("m7g.large")?.architecture, "arm64");
    assert.equal(findInstanceType("t2.nano")?.hypervisor, "xen");
    assert.equal(findInstanceType("c7g.metal")?.hypervisor, "metal");
    assert.equal(findInstanceType("p5.48xlarge")?.gpus, 8);
  });

  // defaultMaxENIs and ipv4AddressesPerInterface of nodeadm's instance-info.jsonl (awslabs/amazon-eks-ami d641fe0), and the pods
  // that the VPC CNI's eni-max-pods.txt (aws/amazon-vpc-cni-k8s b521883) gives them.
  for (const [type, enis, ipv4PerEni, pods] of [
    ["i7ie.48xlarge", 15, 50, 737],
    ["i7ie.metal-48xl", 15, 50, 737],
    ["i8ge.48xlarge", 24, 50, 1178],
    ["i8ge.metal-48xl", 24, 50, 1178],
    ["m8gb.48xlarge", 12, 50, 590],
    ["m6in.32xlarge", 8, 50, 394],
    ["p4d.24xlarge", 15, 50, 737],
    ["p5.48xlarge", 2, 50, 100],
    ["dl1.24xlarge", 15, 50, 737],
  ] as const) {
    it(`gives a ${type} of several network cards EKS' ${pods} pods`, () => {
      const row = findInstanceType(type) ?? assert.fail(type);
      assert.deepEqual([row.enis, row.ipv4PerEni, row.enis * (row.ipv4PerEni - 1) + 2], [enis, ipv4PerEni, pods]);
    });
  }

  it("does not know a type that does not exist", () => {
    assert.equal(findInstanceType("m7g.larg"), null);
  });
});
