// How an image of the fleet stands: its age, how far it is behind the newest of its family, and whether that is allowed. Pure.

import type { FleetImage, FleetInstance } from "./fleet.ts";

export type Ban = "deprecated" | "deregistered";
/** What is not allowed about an image. */
export type Fault = "too-old" | "too-far-behind" | Ban;

/** What a fleet may not be. Null: there is no such limit. */
export interface FleetLimits {
  readonly maxAgeMs: number | null;
  readonly maxBehind: number | null;
  readonly bans: readonly Ban[];
}

/** How an image of the fleet stands. */
export type Standing = KnownStanding | GoneStanding;

export interface KnownStanding {
  readonly kind: "known";
  readonly image: FleetImage;
  readonly ageMs: number;
  readonly newest: FleetImage;
  /** Images of its family that were made after it. */
  readonly behind: number;
  /** How much later the newest was made. */
  readonly behindMs: number;
  readonly isDeprecated: boolean;
}

/** EC2 has no such image any more, or none that this account may see. */
interface GoneStanding {
  readonly kind: "gone";
  readonly imageId: string;
  readonly region: string;
}

export interface StandingInstance {
  readonly instance: FleetInstance;
  /** Of its image. */
  readonly standing: Standing;
}

/** @param family all images of the image's family */
export function judgeImage(image: FleetImage, family: readonly FleetImage[], nowMs: number): KnownStanding {
  const newer = family
    .filter((other) => other.createdMs > image.createdMs && isLaunchable(other, nowMs))
    .toSorted((one, other) => one.createdMs - other.createdMs || (one.id < other.id ? -1 : 1));
  const newest = newer.at(-1) ?? image;
  return {
    kind: "known",
    image,
    ageMs: Math.max(0, nowMs - image.createdMs),
    newest,
    behind: newer.length,
    behindMs: newest.createdMs - image.createdMs,
    isDeprecated: isDeprecated(image, nowMs),
  };
}

/** A release that was taken back is deprecated or disabled: to be without it is not to be behind. */
function isLaunchable(image: FleetImage, nowMs: number): boolean {
  return image.state === "available" && !isDeprecated(image, nowMs);
}

function isDeprecated({ deprecatedMs }: FleetImage, nowMs: number): boolean {
  return deprecatedMs !== null && deprecatedMs <= nowMs;
}

/**
 * What is not allowed about it; empty: nothing.
 * @param oldestLaunchMs of its instances, than which no image is younger
 */
export function findFaults(
  standing: Standing,
  { maxAgeMs, maxBehind, bans }: FleetLimits,
  { oldestLaunchMs, nowMs }: { readonly oldestLaunchMs: number; readonly nowMs: number },
): Fault[] {
  const leastAgeMs = standing.kind === "known" ? standing.ageMs : nowMs - oldestLaunchMs;
  const behind = standing.kind === "known" ? standing.behind : 0;
  return [
    ...(maxAgeMs !== null && leastAgeMs > maxAgeMs ? (["too-old"] as const) : []),
    ...(maxBehind !== null && behind > maxBehind ? (["too-far-behind"] as const) : []),
    ...bans.filter((ban) => isBanned(ban, standing)),
  ];
}

function isBanned(ban: Ban, standing: Standing): boolean {
  switch (ban) {
    case "deprecated":
      return standing.kind === "known" && standing.isDeprecated;
    case "deregistered":
      return standing.kind === "gone";
  }
}
