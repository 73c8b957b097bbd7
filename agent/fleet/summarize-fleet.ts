// The fleet by its images, the oldest first, each with how it stands and what is not allowed about it. Pure.

import type { ImageCount } from "./count-instances.ts";
import { findFaults, type Fault, type FleetLimits, type Standing } from "./judge-image.ts";

export interface ImageSummary extends ImageCount {
  readonly standing: Standing;
  readonly faults: readonly Fault[];
}

export interface FleetSummary {
  readonly takenAtMs: number;
  readonly instances: number;
  /** Of them, those whose image is not allowed. */
  readonly outdated: number;
  readonly images: readonly ImageSummary[];
}

export function summarizeFleet(
  counts: readonly ImageCount[],
  standingOf: (region: string, imageId: string) => Standing,
  limits: FleetLimits,
  nowMs: number,
): FleetSummary {
  const images = counts
    .map((count): ImageSummary => {
      const standing = standingOf(count.region, count.imageId);
      const { oldestLaunchMs } = count;
      return { ...count, standing, faults: findFaults(standing, limits, { oldestLaunchMs, nowMs }) };
    })
    .toSorted((one, other) => compareKeys(sortKey(one), sortKey(other)));
  return {
    takenAtMs: nowMs,
    instances: countInstances(images),
    outdated: countInstances(images.filter(({ faults }) => faults.length > 0)),
    images,
  };
}

export function countInstances(images: readonly ImageSummary[]): number {
  return images.reduce((total, { instances }) => total + instances, 0);
}

type SortKey = readonly [region: string, madeMs: number, imageId: string];

/** What is gone first: nobody can launch it again. */
function sortKey({ region, imageId, standing }: ImageSummary): SortKey {
  return [region, standing.kind === "known" ? standing.image.createdMs : 0, imageId];
}

function compareKeys(one: SortKey, other: SortKey): number {
  const index = one.findIndex((part, place) => part !== other[place]);
  if (index < 0) return 0;
  return one[index]! < other[index]! ? -1 : 1;
}
