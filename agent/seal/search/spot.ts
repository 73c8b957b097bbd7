// Where in the image something is read, and by which path the rules and the known places know it. Pure.

import type { Place } from "../finding.ts";

/** Where it is, and by which path the rules and places know it: within an archive, that of the member. */
export interface Spot {
  readonly place: Place;
  readonly path: string;
  readonly depth: number;
}

export function memberOf({ place, depth }: Spot, name: string): Spot {
  const member = place.member === undefined ? name : `${place.member}!${name}`;
  return { place: { file: place.file, member }, path: inOneLine(name.replace(/^(?:\.?\/)+/, "")), depth: depth + 1 };
}

/** A name may have line ends in it, which no expression is to stumble on. */
export function inOneLine(path: string): string {
  return path.replaceAll(/[\n\r]/g, "_");
}

/** A rotated log is known by the name of the log. */
export function unpackedPath(path: string): string {
  return path.replace(/\.(?:gz|zst|zstd)$/, "").replace(/\.(?:tgz|tzst)$/, ".tar");
}
