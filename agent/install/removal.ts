// What an uninstallation takes away and what it leaves. Pure.

import type { Trust } from "../host/folder.ts";
import type { Problem } from "../refusal.ts";

export interface Removal {
  /**
   * `link`: what enables a unit. `tree`: a folder with all that is in it. `store`: the secrets in a folder that the config named;
   * `mount`: those in the usual one, with the memory that they are in.
   */
  readonly kind: "file" | "link" | "tree" | "store" | "mount";
  /** As the booted machine sees it. */
  readonly path: string;
  /** Who else may write to its folder; undefined: nobody. */
  readonly trust: Trust | undefined;
}

/** What stays, and why. */
export interface Left {
  readonly path: string;
  readonly because: string;
}

export interface Findings {
  readonly removals: readonly Removal[];
  readonly left: readonly Left[];
  /** What has to be settled by a person before anything is removed. */
  readonly problems: readonly Problem[];
}

export const NOTHING: Findings = { removals: [], left: [], problems: [] };

export function joinFindings(all: readonly Findings[]): Findings {
  return {
    removals: all.flatMap(({ removals }) => removals),
    left: all.flatMap(({ left }) => left),
    problems: all.flatMap(({ problems }) => problems),
  };
}

export function removing(kind: Removal["kind"], paths: readonly string[], trust?: Trust): Findings {
  return { ...NOTHING, removals: paths.map((path) => ({ kind, path, trust })) };
}

export function leaving(because: string, paths: readonly string[]): Findings {
  return { ...NOTHING, left: paths.map((path) => ({ path, because })) };
}
