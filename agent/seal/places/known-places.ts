// All known places, and which of them a path is. Pure.

import { ACCOUNT_PLACES } from "./account-places.ts";
import { BAKE_PLACES } from "./bake-places.ts";
import type { KnownPlace } from "./place.ts";
import { SERVICE_PLACES } from "./service-places.ts";
import { TOOL_PLACES } from "./tool-places.ts";

export const KNOWN_PLACES: readonly KnownPlace[] = [
  ...ACCOUNT_PLACES,
  ...TOOL_PLACES,
  ...SERVICE_PLACES,
  ...BAKE_PLACES,
];

/** One look for the many paths that are none of them. */
const ANY = new RegExp(
  KNOWN_PLACES.map(({ path }) => (path.ignoreCase ? `(?i:${path.source})` : path.source)).join("|"),
);

/** @param path from the root, without a slash in front */
export function placesAt(path: string): readonly KnownPlace[] {
  return ANY.test(path) ? KNOWN_PLACES.filter((place) => place.path.test(path)) : [];
}
