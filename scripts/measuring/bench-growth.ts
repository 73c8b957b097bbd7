// What one more file and one more secret cost, by jobs of many sizes.

import { applyOf, type Extent, TARGET, withWorld } from "./bench-extent.ts";
import { BIG, type Job } from "./bench-jobs.ts";
import { median, readCpuMs } from "./bench-measure.ts";
import { asMs, judge, type Row } from "./bench-table.ts";

const FILES = [2, 12, 60, 200];
const SECRETS = [1, 10, 100];

/** What one more costs: the medians of the largest job and of the smallest, by the difference in number. */
export async function measureGrowth(extent: Extent): Promise<Row[]> {
  const byFiles = await measureSizes(
    extent,
    FILES.map((files) => ({ ...BIG, files, secrets: 1 })),
  );
  const bySecrets = await measureSizes(
    extent,
    SECRETS.map((secrets) => ({ ...BIG, files: 2, secrets })),
  );
  return [
    ...describeGrowth("file", FILES, byFiles, TARGET.fileMs),
    ...describeGrowth("secret", SECRETS, bySecrets, TARGET.secretMs),
  ];
}

interface Size {
  readonly wallMs: number;
  readonly cpuMs: number;
}

function measureSizes(extent: Extent, jobs: readonly Job[]): Promise<Size[]> {
  return withWorld(extent, [Math.max(...jobs.map(({ secrets }) => secrets))], async (environment) => {
    const runs: Size[][] = jobs.map(() => []);
    for (let run = 0; run < extent.growthRuns; run++)
      for (const [index, job] of jobs.entries()) runs[index]?.push(await readCpuMs(applyOf(extent, job, environment)));
    return runs.map((sizes) => ({
      wallMs: median(sizes.map(({ wallMs }) => wallMs)),
      cpuMs: median(sizes.map(({ cpuMs }) => cpuMs)),
    }));
  });
}

function describeGrowth(what: string, counts: readonly number[], sizes: readonly Size[], most: number): Row[] {
  const perOne = (read: (size: Size) => number): number => {
    const [first, last] = [sizes[0], sizes.at(-1)];
    if (first === undefined || last === undefined) return NaN;
    return (read(last) - read(first)) / ((counts.at(-1) ?? NaN) - (counts[0] ?? NaN));
  };
  const wallMs = perOne(({ wallMs: each }) => each);
  return [
    judge(
      `a further ${what}, own time`,
      perOne(({ cpuMs }) => cpuMs),
      most,
      asMs,
      `${asMs(wallMs)} on the clock`,
    ),
    {
      figure: `  ${counts.join(", ")} ${what}s`,
      measured: sizes.map((size) => `${asMs(size.cpuMs)} own, ${asMs(size.wallMs)}`).join("; "),
    },
  ];
}
