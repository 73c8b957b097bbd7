// How well an image fits on a machine on which it fits at all. Pure.

import type { Tuned } from "./compute-tuning.ts";

/** No setting is less than an expert would sign. */
export function isUseful({ apps }: Pick<Tuned, "apps">): boolean {
  return apps.every(({ belowUseful }) => belowUseful.length === 0);
}

/** No app is left out or gives anything up. */
export function isWhole({ apps, budget }: Pick<Tuned, "apps" | "budget">): boolean {
  return budget.leftOut.length === 0 && apps.every(({ degraded }) => degraded.length === 0);
}
