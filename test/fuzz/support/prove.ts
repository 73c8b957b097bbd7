// Many values into many spots, and each file through a program once: starting a program takes longer than reading.

import assert from "node:assert/strict";
import { sampleHostile, SEED } from "../../unit/support/hostile.ts";
import { NEVER_MS } from "./never-ms.ts";
import { writeFile, type Spot, type WrittenFile } from "./write-file.ts";

export const VALUES = sampleHostile(150);

export const TITLE = `hostile values, read back byte for byte (FUZZ_SEED=${SEED})`;

export interface Case extends Spot {
  /** How many of the values must be taken. Default: nearly all. */
  readonly least?: number;
  /** Default: VALUES. */
  readonly values?: readonly string[];
}

/** @param readAll what a program finds in each of the files */
export function prove(
  cases: readonly Case[],
  readAll: (files: readonly WrittenFile[]) => readonly unknown[] | Promise<readonly unknown[]>,
): void {
  let files: readonly WrittenFile[];
  let found: readonly unknown[];

  before(async function () {
    this.timeout(NEVER_MS);
    files = cases.map(({ values = VALUES, least = values.length - 30, ...spot }) => writeFile(spot, values, least));
    found = await readAll(files);
  });

  for (const [index, { line }] of cases.entries()) {
    it(JSON.stringify(line).slice(1, -1), () => assert.deepEqual(found[index], files[index]!.expected));
  }
}
