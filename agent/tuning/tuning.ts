// The tuning that a plan carries: how a machine is divided among its apps, and each app's settings. Pure.

import type { GivenUp } from "./profile/degraded.ts";
import type { BelowUseful, Setting } from "./profile/profile.ts";

export interface AppPlan {
  readonly name: string;
  readonly profile: string;
  /** Whether a machine that is too small leaves it out. */
  readonly optional: boolean;
  readonly memoryBytes: number;
  readonly vcpus: number;
  readonly cores: number;
  readonly settings: Readonly<Record<string, Setting>>;
  /** By what systemd and the kernel keep it to its share: the settings of a unit. Absent: nothing is enforced. */
  readonly limits?: Readonly<Record<string, Setting>>;
  /** The unit that has these limits. Absent in an explanation, which looks at no template. */
  readonly unit?: string;
  /** In the order in which the profile gives things up; empty if the share is large enough. */
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
 * Why no app gets the unallocated memory. `caps`: every app has all that it can use. `left out`: the machine is too small
 * for an optional app, and the others have their floors. `no apps`: none of the image takes memory.
 */
export type UnallocatedReason = "caps" | "left out" | "no apps";

export interface BudgetPlan {
  /** What the apps and the page cache have together. */
  readonly availableBytes: number;
  /** Held back: the rule's reserve, huge pages, the secrets' tmpfs. With `availableBytes` it makes up the whole. */
  readonly reservedBytes: number;
  /** Left to the page cache: what no app could use. */
  readonly unallocatedBytes: number;
  /** Null: only the few bytes that do not divide are left. */
  readonly unallocatedReason: UnallocatedReason | null;
  /** What apps' weights would give them beyond what they can use, in the config's order. */
  readonly spare: readonly AppAmount[];
  /** How much of that other apps get; the page cache gets the rest. */
  readonly gained: readonly AppAmount[];
  /** Optional apps that this machine is too small for, in the config's order. */
  readonly leftOut: readonly string[];
}
