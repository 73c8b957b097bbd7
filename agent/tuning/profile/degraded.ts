// What an app gave up because its share is small, and what it would have with enough of it. Pure.

import type { Allotment, Options, Profile, Settings } from "./profile.ts";
import { settingNamed } from "./setting-named.ts";
import { MIB, TIB } from "../../size.ts";

/** So much that nothing is given up: as much as the largest instance has. */
export const PLENTY_BYTES = 32 * TIB;

/** In the order in which the profile gives things up. */
export function listDegraded(
  profile: Profile,
  allotment: Allotment,
  options: Options,
  settings: Settings,
): readonly GivenUp[] {
  return profile.ladder.flatMap((name) => {
    const setting = settings[name];
    if (setting?.boundBy !== "ladder") return [];
    return [{ setting: name, wanted: findWanted(profile, allotment, options, name), got: setting.text }];
  });
}

// Of the smallest that gives nothing up: where a setting grows with the memory, nobody wants that of the largest machine.
function findWanted(profile: Profile, allotment: Allotment, options: Options, name: string): string {
  let memoryBytes = Math.max(MIB, allotment.memoryBytes);
  for (;;) {
    memoryBytes = Math.min(2 * memoryBytes, PLENTY_BYTES);
    const { boundBy, text } = settingNamed(profile.tune({ ...allotment, memoryBytes }, options), name);
    if (boundBy !== "ladder" || memoryBytes === PLENTY_BYTES) return text;
  }
}

/** A setting that is less than the app would have with more memory, both as the app's config wants them. */
export interface GivenUp {
  readonly setting: string;
  readonly wanted: string;
  readonly got: string;
}
