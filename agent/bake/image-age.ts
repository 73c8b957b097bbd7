// How old the image is that a machine runs, and whether that is too old. Pure.

import { formatAge } from "../age.ts";
import type { ImageAgeLimit } from "../config/config.ts";
import { placeProblem, type Problem } from "../refusal.ts";
import type { Baked } from "./manifest.ts";

/** A clock that has not been set yet is before the bake: the image counts as new. */
export function imageAgeMs({ bakedAt }: Pick<Baked, "bakedAt">, nowMs: number): number {
  return Math.max(0, Math.round(nowMs - Date.parse(bakedAt)));
}

/** Null: it is not, or there is no limit. */
export function tooOld(baked: Pick<Baked, "bakedAt">, limit: ImageAgeLimit | null, nowMs: number): Problem | null {
  const ageMs = imageAgeMs(baked, nowMs);
  if (limit === null || ageMs <= limit.limitMs) return null;
  const what = `the image was baked ${formatAge(ageMs)} ago, on ${baked.bakedAt.slice(0, 10)}, and maxImageAge is ${formatAge(limit.limitMs)}`;
  return placeProblem({ what, fix: "Bake a new image, and replace this machine by one that starts from it." }, limit);
}
