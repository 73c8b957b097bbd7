// A first boot: what is read when nothing of the program is in memory, and how long that takes from a slow volume.

import type { Disk } from "./bench-disk.ts";
import { applyOf, type Extent, TARGET, withWorld } from "./bench-extent.ts";
import { SMALL } from "./bench-jobs.ts";
import { evict, median, type Program, readFootprint, timeRun } from "./bench-measure.ts";
import { asCount, asMB, asMs, asRatio, judge, type Row, skip } from "./bench-table.ts";

const SLOW_READS = [1000, 500];
/** A volume of 1,000 IOPS that takes 2 ms for a read gives 500 of them one after another; the kernel can hold back, not delay. */
const JUDGED_READS = 500;

export function measureCold(extent: Extent): Promise<Row[]> {
  const { disk } = extent;
  if (typeof disk === "string") return Promise.resolve([skip("cold", disk)]);
  return withWorld(extent, [SMALL.secrets], async (environment) => {
    const node: Program = { argv: [extent.node, "-e", "0"], environment };
    const apply = applyOf(extent, SMALL, environment);
    const rows = [...(await describeCold("node -e 0", node)), ...(await describeCold("1 secret, 2 files", apply))];
    for (const readsPerSecond of SLOW_READS) rows.push(await measureSlow(disk, readsPerSecond, node, apply, extent));
    return rows;
  });
}

async function describeCold(name: string, program: Program): Promise<Row[]> {
  const cold = await readFootprint(program, "cold");
  if (cold === null) return [skip(`${name}, cold`, "no GNU time")];
  const { readBytes, majorFaults } = cold;
  if (name === "node -e 0")
    return [{ figure: `${name}, cold`, measured: `${asMB(readBytes)} read, ${majorFaults} major faults` }];
  return [
    judge(`${name}, cold: bytes read`, readBytes, TARGET.coldBytes, asMB),
    judge(`${name}, cold: major faults`, majorFaults, TARGET.coldMajorFaults, asCount),
  ];
}

async function measureSlow(
  disk: Disk,
  readsPerSecond: number,
  node: Program,
  apply: Program,
  { slowRuns }: Extent,
): Promise<Row> {
  const figure = `… at ${readsPerSecond} reads a second / node -e 0 there`;
  const slowed = disk.slow(readsPerSecond);
  if ("obstacle" in slowed) return skip(figure, slowed.obstacle);
  const walls: [number[], number[]] = [[], []];
  for (let run = 0; run < slowRuns; run++)
    for (const [index, program] of [node, apply].entries()) {
      evict(program.argv[0] ?? "");
      walls[index]?.push(await timeRun(program, slowed.prefix));
    }
  const [nodeMs, applyMs] = [median(walls[0]), median(walls[1])];
  const shown = `${asMs(applyMs)} to ${asMs(nodeMs)}`;
  if (readsPerSecond === JUDGED_READS) return judge(figure, applyMs / nodeMs, TARGET.slowRatio, asRatio, shown);
  return { figure, measured: `${asRatio(applyMs / nodeMs)}  (${shown})` };
}
