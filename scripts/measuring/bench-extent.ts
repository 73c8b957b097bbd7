// What all parts of the bench share: how often to run, which programs, the emulator with a job's world, and what is promised.

import { join } from "node:path";
import { SET_BY_UNITS } from "../../agent/process/environment.ts";
import { TOP } from "../building/build-pinned-node.ts";
import type { Disk } from "./bench-disk.ts";
import { spawnEmulator } from "./bench-emulator.ts";
import { bakeImage, describeWorld, type Job, SMALL } from "./bench-jobs.ts";
import { type Program, timeRun } from "./bench-measure.ts";

export interface Extent {
  readonly runs: number;
  /** Of what takes seconds each: curl and the AWS CLI, and reads from a slow disk. */
  readonly slowRuns: number;
  /** Of the jobs whose difference is what a file or a secret costs. */
  readonly growthRuns: number;
  readonly scratch: string;
  /** Both programs are started from it, so that they lie in memory as a boot leaves them; text: why there is none. */
  readonly disk: Disk | string;
  readonly node: string;
  readonly parbake: string;
}

export const BINARY = join(TOP, "dist/parbake");
export const ARM64_BINARY = `${BINARY}-linux-arm64`;
const WARM_UP_RUNS = 5;

/** Each is a most. */
export const TARGET = {
  smallRatio: 2,
  bigRatio: 2,
  fileMs: 0.6,
  secretMs: 0.8,
  coldBytes: 40e6,
  coldMajorFaults: 480,
  slowRatio: 1.3,
  residentBytes: 60 * 1024 * 1024,
  binaryBytes: 115e6,
};

function endpoints(endpoint: string): NodeJS.ProcessEnv {
  return { AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint, AWS_ENDPOINT_URL: endpoint };
}

/** As the unit starts it. */
export function applyOf({ parbake }: Extent, job: Job, environment: NodeJS.ProcessEnv): Program {
  return {
    argv: [parbake, "apply"],
    environment: { ...SET_BY_UNITS, ...environment },
    bakeImage: () => bakeImage(job),
  };
}

export async function withWorld<Result>(
  extent: Extent,
  world: Parameters<typeof describeWorld>,
  work: (environment: NodeJS.ProcessEnv) => Promise<Result>,
): Promise<Result> {
  const emulator = await spawnEmulator(describeWorld(...world), extent.scratch);
  try {
    const environment = endpoints(emulator.endpoint);
    // The emulator's own first answers are slow, and would be counted as the job's.
    for (let run = 0; run < WARM_UP_RUNS; run++)
      await timeRun(applyOf(extent, { ...SMALL, secrets: world[0] }, environment));
    return await work(environment);
  } finally {
    await emulator.stop();
  }
}
