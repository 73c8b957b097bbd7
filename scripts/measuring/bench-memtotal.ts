// Compares the predicted MemTotal of every instance type with measured ones: never above, and how far below.
// Usage: bench-memtotal.ts FILE    (JSON: [{ "type": "m7g.large", "memTotalMiB": 7700, "eksMemTotalMiB": 7710 }, …])

import { readFileSync } from "node:fs";
import type { CatalogueRow } from "../../agent/facts/catalogue/catalogue-table.ts";
import { findInstanceType } from "../../agent/facts/catalogue/catalogue.ts";
import { predictMemTotalBytes } from "../../agent/facts/catalogue/predict-mem-total.ts";
import { MIB } from "../../agent/size.ts";
import { median } from "./bench-measure.ts";

/** MemTotal on one kernel or more; the smallest counts. */
interface Measured {
  readonly type: string;
  readonly memTotalMiB?: number | null;
  readonly eksMemTotalMiB?: number | null;
}

interface Comparison {
  readonly row: CatalogueRow;
  readonly measuredMib: number;
  readonly predictedMib: number;
  /** The share of the measured memory that the prediction does not use; below 0, it would overcommit. */
  readonly slack: number;
}

const MOST_MEDIAN_SLACK = 0.01;
const MOST_SLACK = 0.04;

/** @param alter changes the row before the prediction */
function compare(measured: Measured, alter: (row: CatalogueRow) => CatalogueRow): Comparison | null {
  const row = findInstanceType(measured.type);
  const found = [measured.memTotalMiB, measured.eksMemTotalMiB].filter((mib) => typeof mib === "number");
  if (row === null || found.length === 0) return null;
  const measuredMib = Math.min(...found);
  const predictedMib = predictMemTotalBytes(alter(row)) / MIB;
  return { row, measuredMib, predictedMib, slack: 1 - predictedMib / measuredMib };
}

function printTable(title: string, comparisons: readonly Comparison[]): void {
  console.log(
    `\n${title}\n${"type".padEnd(24)}${"advertised".padStart(12)}${"measured".padStart(12)}${"predicted".padStart(12)}${"slack".padStart(9)}`,
  );
  for (const { row, measuredMib, predictedMib, slack } of comparisons) {
    const sizes = [row.memoryBytes / MIB, measuredMib, predictedMib].map((mib) => String(mib).padStart(12)).join("");
    console.log(`${row.type.padEnd(24)}${sizes}${formatPercent(slack).padStart(9)}`);
  }
}

function formatPercent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}

function compareAll(measured: readonly Measured[], alter: (row: CatalogueRow) => CatalogueRow): Comparison[] {
  const compared = measured.map((each) => compare(each, alter));
  return compared.filter((one) => one !== null).toSorted((a, b) => a.slack - b.slack);
}

// A family of the same generation that no rule knows.
function disguise(row: CatalogueRow): CatalogueRow {
  return { ...row, type: `unmeasured-${row.type}` };
}

function report(measured: readonly Measured[]): void {
  const comparisons = compareAll(measured, (row) => row);
  const disguised = compareAll(measured, disguise).filter(({ slack }) => slack < 0);
  const above = comparisons.filter(({ slack }) => slack < 0);
  const slacks = comparisons.map(({ slack }) => slack);
  console.log(
    `${comparisons.length} types, ${measured.length - comparisons.length} more without a measure or not in the catalogue`,
  );
  console.log(`predicted above measured: ${above.length} (target 0)`);
  const [middle, largest] = [median(slacks), slacks.at(-1) ?? NaN];
  console.log(
    `slack: median ${formatPercent(middle)} (target ≤ ${formatPercent(MOST_MEDIAN_SLACK)}), ` +
      `largest ${formatPercent(largest)} (target ≤ ${formatPercent(MOST_SLACK)})`,
  );
  console.log(`above, were its family not measured: ${disguised.length} (target 0)`);
  if (above.length > 0) printTable("above:", above);
  if (disguised.length > 0) printTable("above, were its family not measured:", disguised);
  printTable("tightest:", comparisons.slice(0, 10));
  printTable("loosest:", comparisons.slice(-10).toReversed());
  for (const [name, own] of byHypervisor(comparisons)) {
    console.log(
      `${name.padEnd(10)} ${String(own.length).padStart(5)} types, median slack ${formatPercent(median(own))}`,
    );
  }
  if (above.length + disguised.length > 0 || !(middle <= MOST_MEDIAN_SLACK && largest <= MOST_SLACK))
    process.exitCode = 1;
}

function byHypervisor(comparisons: readonly Comparison[]): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  for (const { row, slack } of comparisons) groups.set(row.hypervisor, [...(groups.get(row.hypervisor) ?? []), slack]);
  return groups;
}

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error("usage: bench-memtotal.ts FILE");
report(JSON.parse(readFileSync(file, "utf8")) as readonly Measured[]);
