// The table of EC2 instance types that parbake ships with, read only when a command names a type. Never decides a boot.

import { readCarried } from "../../carried.ts";
import { type Catalogue, type CatalogueRow, parseCatalogue } from "./catalogue-table.ts";

let catalogue: Catalogue | null = null;

export function readCatalogue(): Catalogue {
  return (catalogue ??= parseCatalogue(readCarried("agent/facts/catalogue/catalogue.tsv")));
}

/** Null: not in the table, which a newer type than the table is. */
export function findInstanceType(name: string): CatalogueRow | null {
  return readCatalogue().rows.get(name) ?? null;
}
