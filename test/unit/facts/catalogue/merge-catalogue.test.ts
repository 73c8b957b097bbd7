import assert from "node:assert/strict";
import type { CatalogueRow } from "../../../../agent/facts/catalogue/catalogue-table.ts";
import { findInstanceType } from "../../../../agent/facts/catalogue/catalogue.ts";
import { mergeCatalogue } from "../../../../scripts/catalogue/merge-catalogue.ts";

const GIB = 1024 ** 3;

function row(type: string, asOf: string, changes: Partial<CatalogueRow> = {}): CatalogueRow {
  const like = findInstanceType("m7g.large") ?? assert.fail();
  return { ...like, type, source: { asOf, name: "EC2" }, ...changes };
}

function known(...rows: readonly CatalogueRow[]): ReadonlyMap<string, CatalogueRow> {
  return new Map(rows.map((each) => [each.type, each]));
}

function daysOf(rows: readonly CatalogueRow[]): Record<string, string> {
  return Object.fromEntries(rows.map(({ type, source }) => [type, source.asOf]));
}

describe("the catalogue after a refresh", () => {
  it("keeps every type that a region lacks, with the day of its own data", () => {
    const before = known(row("m7g.large", "2026-10-27"), row("p3.2xlarge", "2024-11-04"));
    const rows = mergeCatalogue(before, [row("m7g.large", "2026-11-29"), row("m9g.large", "2026-11-29")]);
    assert.deepEqual(daysOf(rows), {
      "m7g.large": "2026-11-29",
      "p3.2xlarge": "2024-11-04",
      "m9g.large": "2026-11-29",
    });
  });

  it("takes from an older answer only what it did not know", () => {
    const before = known(row("m7g.large", "2026-10-27", { enis: 3 }));
    const rows = mergeCatalogue(before, [row("m7g.large", "2024-11-04", { enis: 2 }), row("g3s.xlarge", "2024-11-04")]);
    assert.deepEqual(daysOf(rows), { "m7g.large": "2026-10-27", "g3s.xlarge": "2024-11-04" });
    assert.equal(rows[0]?.enis, 3);
  });

  it("takes what EC2 says otherwise of cards, disks and addresses", () => {
    const before = known(row("i7ie.48xlarge", "2026-08-22", { enis: 15 }));
    assert.equal(mergeCatalogue(before, [row("i7ie.48xlarge", "2026-10-27", { enis: 8 })])[0]?.enis, 8);
  });

  it("refuses an answer in which known types are other machines, and names all of them", () => {
    const before = known(
      row("m7g.large", "2026-10-27"),
      row("m7g.xlarge", "2026-10-27"),
      row("c7g.large", "2026-10-27"),
    );
    const answer = [
      row("m7g.large", "2026-11-29", { memoryBytes: 4 * GIB }),
      row("m7g.xlarge", "2026-11-29", { vcpus: 1 }),
      row("c7g.large", "2026-11-29"),
    ];
    assert.throws(
      () => mergeCatalogue(before, answer),
      /nothing written:\nm7g\.large had 2 vCPUs, 8589934592 bytes, arm64 and has 2 vCPUs, 4294967296 bytes, arm64\nm7g\.xlarge had 2 .* has 1 /,
    );
  });

  it("refuses an empty answer", () => {
    assert.throws(() => mergeCatalogue(known(row("m7g.large", "2026-10-27")), []), /no instance type/);
  });
});
