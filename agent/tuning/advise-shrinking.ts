// Advises what to change to make an app smaller. Pure.

import type { OptionRule, Options, Profile } from "./profile/profile.ts";

/**
 * As a clause: `lower the option heap`. Names the given options that raise the floor; where none does, the profile's advice.
 */
export function adviseShrinking(profile: Profile, options: Options): string {
  const causes = Object.entries(profile.options)
    .filter(([name, rule]) => raisesFloor(profile, options, name, rule))
    .map(([name]) => name);
  if (causes.length === 0) return profile.toShrink;
  return `lower the option${causes.length === 1 ? "" : "s"} ${causes.join(" or ")}`;
}

function raisesFloor(profile: Profile, options: Options, name: string, rule: OptionRule): boolean {
  const { kind, default: usual } = rule;
  if ((kind !== "integer" && kind !== "size") || options[name] === usual) return false;
  return profile.floorBytes({ ...options, [name]: usual }) < profile.floorBytes(options);
}
