// Where the image stops fitting: the smallest type of each family that holds it, and the least memory of any machine. Pure.

import type { CatalogueRow } from "../facts/catalogue/catalogue-table.ts";
import { factsForSize, predictFacts } from "../facts/predict-facts.ts";
import { familyOf } from "../names/instance-size.ts";
import { MIB } from "../size.ts";
import { type PreparedImage, tuneImage } from "../tuning/compute-tuning.ts";
import { PLENTY_BYTES } from "../tuning/profile/degraded.ts";
import type { PageConfig } from "./draft.ts";
import { type TriedMachine, tryMachine } from "./try-machine.ts";

export interface TriedFamily {
  readonly name: string;
  /** Those that the image's architecture allows, the smallest first. */
  readonly tried: readonly TriedMachine[];
}

/** Families none of whose types are of the image's architecture are left out. */
export function tryFamilies(
  config: PageConfig,
  image: PreparedImage,
  rows: readonly CatalogueRow[],
): readonly TriedFamily[] {
  const families = Map.groupBy(rows, ({ type }) => familyOf(type));
  return [...families]
    .map(([name, own]) => ({ name, tried: tryFamily(config, image, own) }))
    .filter(({ tried }) => tried.length > 0);
}

function tryFamily(config: PageConfig, image: PreparedImage, rows: readonly CatalogueRow[]): readonly TriedMachine[] {
  return rows
    .map((row) => ({ name: row.type, label: row.type, facts: predictFacts(row) }))
    .map((machine) => tryMachine(config, image, machine))
    .filter(({ verdict }) => verdict !== "other")
    .toSorted((one, other) => bySize(one, other));
}

function bySize({ machine: one }: TriedMachine, { machine: other }: TriedMachine): number {
  const byMemory = one.facts.memLimitBytes - other.facts.memLimitBytes;
  return byMemory || one.facts.vcpus - other.facts.vcpus || (one.name < other.name ? -1 : 1);
}

/**
 * To a MiB, the least memory of a machine that holds the image: more memory never makes one too small. Null: none does, for a problem
 * that is not the machine's.
 */
export function findLeastBytes(image: PreparedImage, vcpus: number): number | null {
  const fits = (mib: number): boolean => tuneImage(image, factsForSize(mib * MIB, vcpus)).kind === "tuned";
  let [tooSmall, enough] = [0, PLENTY_BYTES / MIB];
  if (!fits(enough)) return null;
  while (enough - tooSmall > 1) {
    const middle = Math.floor((tooSmall + enough) / 2);
    if (fits(middle)) enough = middle;
    else tooSmall = middle;
  }
  return enough * MIB;
}
