// How a machine is divided among its apps, and what each of them was given: what a plan carries, prints and explains. Pure.

import type { GivenUp } from "./profile/degraded.ts";
import type { BelowUseful, Setting } from "./profile/profile.ts";

export interface AppPlan {
  readonly name: string;
  readonly profile: string;
  /** Whether a smaller machine does without it. */
  readonly optional: boolean;
  readonly memoryBytes: number;
  readonly vcpus: number;
  readonly cores: number;
  readonly settings: Readonly<Record<string, Setting>>;
  /** In the order in which the profile gives things up; none where the share is large enough. */
  readonly degraded: readonly GivenUp[];
  /** Values that are legal and that an expert would not sign. */
  readonly belowUseful: readonly BelowUseful[];
}

/** An app of the config, and an amount of memory. */
export interface AppAmount {
  readonly app: string;
  readonly memoryBytes: number;
}

/**
 * Why the page cache has memory to itself. `caps`: every app has all that it can use. `left out`: the machine is too small
 * for an optional app, and the others have their floors. `no apps`: none of the image takes memory.
 */
export type UnallocatedReason = "caps" | "left out" | "no apps";

export interface BudgetPlan {
  readonly availableBytes: number;
  readonly reservedBytes: number;
  /** Left to the page cache: what no app could use. */
  readonly unallocatedBytes: number;
  /** Null: nothing is left but the few bytes that do not divide. */
  readonly unallocatedReason: UnallocatedReason | null;
  /** By how much their weights would give apps more than they can use, in the config's order. */
  readonly spare: readonly AppAmount[];
  /** How much of that other apps have got; the page cache has what is left of it. */
  readonly gained: readonly AppAmount[];
  /** Optional apps that this machine is too small for, in the config's order. */
  readonly leftOut: readonly string[];
}
