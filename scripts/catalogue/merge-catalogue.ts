// What an answer of EC2 makes of the catalogue. Pure.

import type { Catalogue, CatalogueRow } from "../../agent/facts/catalogue/catalogue-table.ts";

/**
 * The union of both. No region has every type, and a type that EC2 no longer tells of runs on where it was started: what the
 * answer lacks stays as it is. A row is replaced by one of the same day or a later one, never by an older.
 * @throws Error where a known type's CPUs, memory or architecture would change: EC2 does not do that, a mistaken answer does
 */
export function mergeCatalogue(known: Catalogue["rows"], answer: readonly CatalogueRow[]): CatalogueRow[] {
  if (answer.length === 0) throw new Error("the answer has no instance type: nothing written");
  const newer = answer.filter(({ type, source }) => source.asOf >= (known.get(type)?.source.asOf ?? ""));
  refuseOtherHardware(known, newer);
  return [...new Map([...known, ...newer.map((row) => [row.type, row] as const)]).values()];
}

function refuseOtherHardware(known: Catalogue["rows"], newer: readonly CatalogueRow[]): void {
  const changes = newer.flatMap((row) => {
    const before = known.get(row.type);
    if (before === undefined || showHardware(before) === showHardware(row)) return [];
    return [`${row.type} had ${showHardware(before)} and has ${showHardware(row)}`];
  });
  if (changes.length === 0) return;
  const fix =
    "Where EC2 did change it, delete the type's line in agent/facts/catalogue/catalogue.tsv and refresh again.";
  throw new Error(`another machine under the name of a known one, nothing written:\n${changes.join("\n")}\n${fix}`);
}

function showHardware({ vcpus, memoryBytes, architecture }: CatalogueRow): string {
  return `${vcpus} vCPUs, ${memoryBytes} bytes, ${architecture}`;
}
