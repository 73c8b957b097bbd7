// Measures `tune --all-types`, the whole catalogue with a full image, against bare `node -e 0`, in turns. Ratios:
// times of one machine say nothing about another. Usage: bench-catalogue.ts [RUNS]

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nodePath, TOP } from "../building/build-pinned-node.ts";
import { median, type Program, timeRun } from "./bench-measure.ts";

const CONFIG = `apps:
  db: { profile: postgresql, memory: { weight: 3, min: 512MiB } }
  api: { profile: jvm, memory: { weight: 2, max: 31GiB } }
  cache: { profile: redis }
  work: { profile: node, options: { cluster: true } }
  web: { profile: nginx }
  kernel: { profile: sysctl }
`;

async function measure(runs: number, folder: string): Promise<void> {
  const config = join(folder, "parbake.yaml");
  writeFileSync(config, CONFIG);
  const tune = [`${TOP}/dist/parbake`, "tune", "--all-types", "--config", config];
  const programs: Readonly<Record<string, Program>> = {
    "node -e 0": { argv: [nodePath("x64"), "-e", "0"], environment: {} },
    "tune --all-types": { argv: tune, environment: {} },
    "tune --all-types --json": { argv: [...tune, "--json"], environment: {} },
  };
  const wallsMs: Record<string, number[]> = Object.fromEntries(Object.keys(programs).map((name) => [name, []]));
  for (let run = 0; run <= runs; run++) {
    for (const [name, program] of Object.entries(programs)) {
      const wallMs = await timeRun(program);
      // The first reads the programs from the disk.
      if (run > 0) wallsMs[name]?.push(wallMs);
    }
  }
  const base = median(wallsMs["node -e 0"] ?? []);
  console.log(`median of ${runs} runs in turns, against node -e 0 of the same Node`);
  for (const [name, walls] of Object.entries(wallsMs))
    console.log(`${name.padEnd(24)} ${(median(walls) / base).toFixed(1)} ×`);
}

const runs = Number(process.argv[2] ?? 5);
if (!Number.isInteger(runs) || runs < 1) throw new Error("usage: bench-catalogue.ts [RUNS]");
const folder = mkdtempSync(join(tmpdir(), "parbake-bench-"));
try {
  await measure(runs, folder);
} finally {
  rmSync(folder, { recursive: true });
}
