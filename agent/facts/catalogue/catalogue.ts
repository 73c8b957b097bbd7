// The table of EC2 instance types that parbake ships with, read only when a command names a type. Never decides a boot.

import { readFileSync } from "node:fs";
import { getAsset, isSea } from "node:sea";
import { type Catalogue, type CatalogueRow, parseCatalogue } from "./catalogue-table.ts";

let catalogue: Catalogue | null = null;

export function readCatalogue(): Catalogue {
  return (catalogue ??= parseCatalogue(readTable()));
}

function readTable(): string {
  if (isSea()) return getAsset("catalogue.tsv", "utf8");
  return readFileSync(new URL("./catalogue.tsv", import.meta.url), "utf8");
}

/** Null: not in the table, which a newer type than the table is. */
export function findInstanceType(name: string): CatalogueRow | null {
  return readCatalogue().rows.get(name) ?? null;
}
