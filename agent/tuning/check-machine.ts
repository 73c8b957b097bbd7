// Whether a machine has as much as an app's options take of all of it, whatever the app's share is. Pure.

import type { Problem } from "../refusal.ts";
import { formatBytes } from "../size.ts";
import type { Options, Profile } from "./profile/profile.ts";

/** @param name of the app */
export function checkMachine(name: string, profile: Profile, options: Options, machineBytes: number): Problem[] {
  const least = profile.leastMachine?.(options) ?? null;
  if (least === null || machineBytes >= least.memoryBytes) return [];
  const needed = `${name} needs a machine of at least ${formatBytes(least.memoryBytes)} (${least.because})`;
  const what = `${needed}, but this one has ${formatBytes(machineBytes)}`;
  return [{ what, fix: `Pick a larger instance type, or ${least.instead}.` }];
}
