// Whether a pattern means an instance type. Keeps all places of the name that the pattern may have got to, so that a pattern of
// many stars takes no longer than one of few. Pure.

import { magnitudeOf } from "./instance-size.ts";
import type { PatternPart, PlainPart, TypePattern } from "./type-pattern.ts";

export function matchesType({ parts }: Pick<TypePattern, "parts">, type: string): boolean {
  return advance(parts, type, new Set([0])).has(type.length);
}

/** The pattern once for each alternative in it, with the other braces as they are: one that means nothing is a mistake. */
export function branchesOf({
  parts,
}: TypePattern): { readonly text: string; readonly parts: readonly PatternPart[] }[] {
  return parts.flatMap((part, index) =>
    part.kind === "either"
      ? part.of.map(({ text, parts: chosen }) => ({ text, parts: parts.toSpliced(index, 1, ...chosen) }))
      : [],
  );
}

type Places = ReadonlySet<number>;

function advance(parts: readonly PatternPart[], type: string, from: Places): Places {
  let places = from;
  for (const part of parts) places = new Set([...places].flatMap((place) => endsOf(part, type, place)));
  return places;
}

/** Where the part may end that begins at this place. */
function endsOf(part: PatternPart, type: string, place: number): readonly number[] {
  switch (part.kind) {
    case "text":
      return type.startsWith(part.text, place) ? [place + part.text.length] : [];
    case "one":
      return place < type.length ? [place + 1] : [];
    case "any":
      return placesFrom(type, place);
    case "sizes":
      return placesFrom(type, place).filter((end) => isWithin(part, type.slice(place, end)));
    case "either":
      return part.of.flatMap(({ parts }) => [...advance(parts, type, new Set([place]))]);
  }
}

function placesFrom({ length }: string, place: number): number[] {
  return Array.from({ length: length - place + 1 }, (_, index) => place + index);
}

function isWithin({ from, to }: Extract<PlainPart, { kind: "sizes" }>, size: string): boolean {
  const magnitude = magnitudeOf(size);
  return magnitude !== null && magnitude >= magnitudeOf(from)! && magnitude <= magnitudeOf(to)!;
}
