// Lists what an app gave up because its share is small, and what it would have with enough memory. Pure.

import { MIB, TIB } from "../../size.ts";
import type { Allotment, Options, Profile, Settings } from "./profile.ts";
import { settingNamed } from "./setting-named.ts";

/** As much as the largest instance has: with it, no app gives anything up. */
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

// Asks for the smallest share that gives nothing up: a setting may grow with the memory, and nobody wants the largest
// machine's.
function findWanted(profile: Profile, allotment: Allotment, options: Options, name: string): string {
  let memoryBytes = Math.max(MIB, allotment.memoryBytes);
  for (;;) {
    memoryBytes = Math.min(2 * memoryBytes, PLENTY_BYTES);
    const { boundBy, text } = settingNamed(profile.tune({ ...allotment, memoryBytes }, options), name);
    if (boundBy !== "ladder" || memoryBytes === PLENTY_BYTES) return text;
  }
}

/** A setting that is less than the app would have with more memory, both as the app's config spells them. */
export interface GivenUp {
  readonly setting: string;
  readonly wanted: string;
  readonly got: string;
}
