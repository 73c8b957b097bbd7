// What one more file and one more secret cost, by jobs of many sizes.

import { applyOf, type Extent, TARGET, withWorld } from "./bench-extent.ts";
import { BIG, type Job } from "./bench-jobs.ts";
import { median, readCpuMs } from "./bench-measure.ts";
import { asMs, judge, type Row } from "./bench-table.ts";

const FILES = [2, 12, 60, 200];
const SECRETS = [1, 10, 100];
/** From the smallest job to this one a further file or secret is judged: most images have no more, and V8 is still cold. */
const JUDGED = { files: 60, secrets: 100 };

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
    ...describeGrowth("file", FILES, byFiles, { judged: JUDGED.files, mostMs: TARGET.fileMs }),
    ...describeGrowth("secret", SECRETS, bySecrets, { judged: JUDGED.secrets, mostMs: TARGET.secretMs }),
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

function describeGrowth(
  what: string,
  counts: readonly number[],
  sizes: readonly Size[],
  { judged, mostMs }: { readonly judged: number; readonly mostMs: number },
): Row[] {
  const perOne = (from: number, to: number, read: (size: Size) => number): number => {
    const [smaller, larger] = [sizes[from], sizes[to]];
    if (smaller === undefined || larger === undefined) return NaN;
    return (read(larger) - read(smaller)) / ((counts[to] ?? NaN) - (counts[from] ?? NaN));
  };
  const ownMs = ({ cpuMs }: Size): number => cpuMs;
  const last = counts.indexOf(judged);
  const wallMs = perOne(0, last, (size) => size.wallMs);
  const steps = counts
    .slice(1)
    .map((to, index) => `${counts[index]} to ${to} ${asMs(perOne(index, index + 1, ownMs))}`);
  return [
    judge(`a further ${what}, own time`, perOne(0, last, ownMs), mostMs, asMs, `${asMs(wallMs)} on the clock`),
    { figure: "  by step, own time", measured: steps.join("; ") },
    {
      figure: `  ${counts.join(", ")} ${what}s`,
      measured: sizes.map((size) => `${asMs(size.cpuMs)} own, ${asMs(size.wallMs)}`).join("; "),
    },
  ];
}
