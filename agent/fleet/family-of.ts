// Which family an image belongs to: what its tag says, else its name without what differs from one bake to the next. Pure.

import type { Family } from "./fleet.ts";

interface NamedImage {
  readonly name: string;
  readonly ownerId: string;
  readonly architecture: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** Another account's tags are not to be seen: its images have their families by their names alone. */
export function familyOf({ name, ownerId, architecture, tags }: NamedImage, familyTag: string): Family {
  const tag = Object.hasOwn(tags, familyTag) ? tags[familyTag] : undefined;
  const isTagged = tag !== undefined && tag !== "";
  return { kind: isTagged ? "tag" : "name", label: isTagged ? tag : nameFamily(name), ownerId, architecture };
}

// As image builders put them into names: 2026-11-29T10-00-00Z, 20261129, 20261129.1, 2023.9.20251117.1, 1764410400 (seconds). An ISO
// date with what follows of its time, or a number with a run of eight digits or more and the numbers around it; what else of numbers
// stands at the very end counts builds of a day.
const ISO = String.raw`(?:19|20)\d\d([-._])\d\d\1\d\d(?:[T _.-]?\d\d[:._-]?\d\d(?:[:._-]?\d\d)?(?:[.,]\d+)?Z?)?`;
const DIGITS = String.raw`(?:\d+\.)*\d{8,}(?:[T_.-]\d{4,6}Z?)?(?:\.\d+)*`;
const DATES = new RegExp(`(?:${ISO}|${DIGITS})(?:(?:[._-]\\d+)+$)?`, "g");
// `-v1.4.2`, `_37`, ` 2-rc1`: what stands last, but for the architecture.
const LAST_VERSION =
  /([-_ .]v?)\d+(?:\.\d+)*(?:-(?:rc|beta|alpha)\.?\d*)?(?=(?:[-_.](?:x86_64|amd64|arm64|aarch64))?$)/;

/** With `*` in each place, as EC2's filters have it: an image's name has no `*` of its own. */
export function nameFamily(name: string): string {
  const family = name.replaceAll(DATES, "*");
  return family.includes("*") ? family : family.replace(LAST_VERSION, "$1*");
}
