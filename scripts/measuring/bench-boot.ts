// Measures what a boot costs, dist/parbake beside bare `node -e 0` and beside its rivals, and prints one table. Read the ratios:
// times of one machine say nothing on another. Ends with 0 whatever it finds. Usage: bench-boot.ts [--quick] [RUNS]

import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { cpus, loadavg, release, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Architecture, nodePath } from "../building/build-pinned-node.ts";
import { measureCold } from "./bench-cold.ts";
import { mountDisk, putOn } from "./bench-disk.ts";
import { BINARY, type Extent } from "./bench-extent.ts";
import { measureGrowth } from "./bench-growth.ts";
import { measureBig } from "./bench-rivals.ts";
import { measureFootprint, measureSmall } from "./bench-small.ts";
import { formatMissed, formatTable, type Row } from "./bench-table.ts";

const DEFAULT_RUNS = 20;
const QUICK = { runs: 5, slowRuns: 1, growthRuns: 2 };

function readArguments(): Pick<Extent, "runs" | "slowRuns" | "growthRuns"> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { quick: { type: "boolean" } } });
  if (values.quick) return QUICK;
  const runs = Number(positionals[0] ?? DEFAULT_RUNS);
  if (!Number.isInteger(runs) || runs < 1) throw new Error("usage: bench-boot.ts [--quick] [RUNS]");
  return { runs, slowRuns: Math.ceil(runs / 4), growthRuns: runs };
}

async function measureAll(extent: Extent): Promise<Row[]> {
  const rows: Row[] = [];
  // The cold runs first: later everything has been read.
  for (const measure of [measureCold, measureSmall, measureBig, measureGrowth, measureFootprint])
    rows.push(...(await measure(extent)));
  return rows;
}

const given = readArguments();
// In memory, so that a disk of the bench's own is not this machine's.
const scratch = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "parbake-bench-"));
const disk = mountDisk(scratch);
process.once("exit", () => {
  if (typeof disk !== "string") disk.remove();
  rmSync(scratch, { recursive: true });
});
// So that the above is done, too, and the emulator ended.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

const machine = `Linux ${release()}, ${cpus().length} CPUs, ${Math.round(totalmem() / 1024 / 1024)} MiB`;
// Of a machine that has other things to do the ratios are worth little.
const load = `load ${(loadavg()[0] ?? NaN).toFixed(1)} before`;
console.log(`${new Date().toISOString().slice(0, 10)}, ${machine}, ${load}; medians of ${given.runs} runs in turns`);
const put = (path: string, name: string): string => (typeof disk === "string" ? path : putOn(disk, path, name));
const programs = { node: put(nodePath(process.arch as Architecture), "node"), parbake: put(BINARY, "parbake") };
const rows = await measureAll({ ...given, scratch, disk, ...programs });
console.log(`${formatTable(rows)}\n${formatMissed(rows)}`);
