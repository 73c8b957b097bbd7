// The small job beside bare Node, and what each takes of the machine.

import { statSync } from "node:fs";
import { applyOf, ARM64_BINARY, BINARY, type Extent, TARGET, withWorld } from "./bench-extent.ts";
import { BIG, SMALL } from "./bench-jobs.ts";
import { median, readFootprint, timeInTurns } from "./bench-measure.ts";
import { asCount, asMB, asMiB, asMs, asRatio, judge, type Row, skip } from "./bench-table.ts";

export function measureSmall(extent: Extent): Promise<Row[]> {
  return withWorld(extent, [SMALL.secrets], async (environment) => {
    const walls = await timeInTurns(
      {
        node: { argv: [extent.node, "-e", "0"], environment },
        version: { argv: [extent.parbake, "--version"], environment },
        apply: applyOf(extent, SMALL, environment),
      },
      extent.runs,
    );
    const nodeMs = median(walls["node"] ?? []);
    const ratio = (name: string): number => median(walls[name] ?? []) / nodeMs;
    const fastest = Math.min(...(walls["apply"] ?? [])) / Math.min(...(walls["node"] ?? []));
    return [
      { figure: "node -e 0", measured: asMs(nodeMs) },
      { figure: "parbake --version / node -e 0", measured: asRatio(ratio("version")) },
      judge(
        "1 secret, 2 files / node -e 0",
        ratio("apply"),
        TARGET.smallRatio,
        asRatio,
        `of the fastest runs ${asRatio(fastest)}`,
      ),
    ];
  });
}

export function measureFootprint(extent: Extent): Promise<Row[]> {
  return withWorld(extent, [BIG.secrets], async (environment) => {
    const rows: Row[] = [];
    for (const [name, program] of [
      ["node -e 0", { argv: [extent.node, "-e", "0"], environment }],
      ["parbake --version", { argv: [extent.parbake, "--version"], environment }],
      ["1 secret, 2 files", applyOf(extent, SMALL, environment)],
      ["10 secrets, 12 files", applyOf(extent, BIG, environment)],
    ] as const) {
      const warm = await readFootprint(program, "warm");
      if (warm === null) return [skip("minor faults, resident memory", "no GNU time")];
      rows.push({ figure: `${name}: minor faults`, measured: asCount(warm.minorFaults) });
      rows.push(
        name === "1 secret, 2 files"
          ? judge(`${name}: resident at its peak`, warm.residentBytes, TARGET.residentBytes, asMiB)
          : { figure: `${name}: resident at its peak`, measured: asMiB(warm.residentBytes) },
      );
    }
    rows.push(judge("dist/parbake", statSync(BINARY).size, TARGET.binaryBytes, asMB));
    rows.push({ figure: "dist/parbake-linux-arm64", measured: asMB(statSync(ARM64_BINARY).size) });
    return rows;
  });
}
