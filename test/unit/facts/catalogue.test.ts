import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { formatCatalogue } from "../../../agent/facts/catalogue-table.ts";
import { findInstanceType, readCatalogue } from "../../../agent/facts/catalogue.ts";

const GIB = 1024 ** 3;

describe("the catalogue", () => {
  it("has at least 1,300 types, with its source and day", () => {
    const { rows, source, asOf } = readCatalogue();
    assert.ok(rows.size >= 1300, `${rows.size} types`);
    assert.match(source, /^EC2 DescribeInstanceTypes/);
    assert.match(asOf, /^20\d\d-\d\d-\d\d$/);
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
    const text = readFileSync(new URL("../../../agent/facts/catalogue.tsv", import.meta.url), "utf8");
    assert.equal(formatCatalogue(readCatalogue()), text);
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
      burstable: false,
    });
  });

  it("knows arm64, burstable, Xen, metal and GPUs", () => {
    assert.equal(findInstanceType("m7g.large")?.architecture, "arm64");
    assert.equal(findInstanceType("t3.micro")?.burstable, true);
    assert.equal(findInstanceType("t2.nano")?.hypervisor, "xen");
    assert.equal(findInstanceType("c7g.metal")?.hypervisor, "metal");
    assert.equal(findInstanceType("p5.48xlarge")?.gpus, 8);
  });

  it("does not know a type that is none", () => {
    assert.equal(findInstanceType("m7g.larg"), null);
  });
});
