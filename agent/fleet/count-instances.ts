// Counts a fleet's instances by their image as they come in, so that as much is kept as there are images. Pure.

import type { FleetInstance } from "./fleet.ts";

/** The instances of one image in one region. */
export interface ImageCount {
  readonly region: string;
  readonly imageId: string;
  readonly instances: number;
  readonly lifeCycles: Readonly<Record<string, number>>;
  readonly autoScalingGroups: Readonly<Record<string, number>>;
  readonly oldestLaunchMs: number;
  readonly newestLaunchMs: number;
}

interface Tally {
  readonly region: string;
  readonly imageId: string;
  instances: number;
  readonly lifeCycles: Map<string, number>;
  readonly autoScalingGroups: Map<string, number>;
  oldestLaunchMs: number;
  newestLaunchMs: number;
}

export class FleetCount {
  readonly #byImage = new Map<string, Tally>();

  add(instance: FleetInstance): void {
    const { region, imageId, launchedMs, lifeCycle, autoScalingGroup } = instance;
    const key = `${region} ${imageId}`;
    const tally = this.#byImage.get(key) ?? begin(instance);
    this.#byImage.set(key, tally);
    tally.instances += 1;
    count(tally.lifeCycles, lifeCycle);
    if (autoScalingGroup !== null) count(tally.autoScalingGroups, autoScalingGroup);
    tally.oldestLaunchMs = Math.min(tally.oldestLaunchMs, launchedMs);
    tally.newestLaunchMs = Math.max(tally.newestLaunchMs, launchedMs);
  }

  get instances(): number {
    return this.images().reduce((sum, { instances }) => sum + instances, 0);
  }

  images(): ImageCount[] {
    return [...this.#byImage.values()].map((tally) => ({
      ...tally,
      lifeCycles: inOrder(tally.lifeCycles),
      autoScalingGroups: inOrder(tally.autoScalingGroups),
    }));
  }
}

function begin({ region, imageId, launchedMs }: FleetInstance): Tally {
  const counts = { lifeCycles: new Map<string, number>(), autoScalingGroups: new Map<string, number>() };
  return { region, imageId, instances: 0, ...counts, oldestLaunchMs: launchedMs, newestLaunchMs: launchedMs };
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function inOrder(counts: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...counts].toSorted(([one], [other]) => (one < other ? -1 : 1)));
}
