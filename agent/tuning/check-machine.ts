// Whether a machine has as much as an app's options take of all of it, whatever the app's share is. Pure.

import type { Problem } from "../refusal.ts";
import { formatBytes } from "../size.ts";
import type { Machine, Options, Profile } from "./profile/profile.ts";

/** @param name of the app */
export function checkMachine(
  name: string,
  profile: Profile,
  options: Options,
  { memoryBytes }: Pick<Machine, "memoryBytes">,
): Problem[] {
  const least = profile.leastMachine?.(options) ?? null;
  if (least === null || memoryBytes >= least.memoryBytes) return [];
  const needed = `${name} needs a machine of at least ${formatBytes(least.memoryBytes)} (${least.because})`;
  const what = `${needed}, but this one has ${formatBytes(memoryBytes)}`;
  return [{ what, fix: `Pick a larger instance type, or ${least.instead}.` }];
}
