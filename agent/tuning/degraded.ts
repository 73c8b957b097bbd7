// What an app gave up because its share is small, and what it would have on a larger machine. Pure.

import type { GivenUp } from "../plan/plan.ts";
import type { Allotment, Options, Profile, Settings } from "./setting.ts";
import { TIB } from "./size.ts";

/** So much that nothing is given up: as much as the largest instance has. */
export const PLENTY_BYTES = 32 * TIB;

/** In the order in which the profile gives things up. */
export function listDegraded(
  profile: Profile,
  allotment: Allotment,
  options: Options,
  settings: Settings,
): readonly GivenUp[] {
  const names = profile.ladder.filter((name) => settings[name]?.boundBy === "ladder");
  if (names.length === 0) return [];
  const wanted = profile.tune({ ...allotment, memoryBytes: PLENTY_BYTES }, options);
  return names.map((setting) => ({ setting, wanted: wanted[setting]!.text, got: settings[setting]!.text }));
}
