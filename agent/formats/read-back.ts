// Proves that a rendered file is what its format says, and that a reader gets every value back byte for byte. Pure.
//
// The file is read twice: as it is, and with a marker in place of each value. Both must have the same tokens, but for the
// values where the markers stand: a value that is misread, or that changes anything around it, makes the two differ.

import { Written } from "../written.ts";
import { encode, isUnclear, Unencodable, type Place, type Value, tellsTypes } from "./encode.ts";
import type { TemplateFormat, ScalarType } from "./format.ts";
import { READERS } from "./readers.ts";
import { hasMarker, Malformed, markerOf, MARKERS, ONE_MARKER, type Reader, type Token } from "./readers/scanner.ts";

/** A value in a rendered file. */
export interface Hole {
  readonly place: Place;
  /** What a reader must find. */
  readonly value: string;
  /** As it stands in the file. */
  readonly written: string;
  /** With a marker in its place. */
  readonly marked: string;
}

type ReadBack<Filling extends Hole = Hole> =
  | { readonly kind: "proven" }
  | { readonly kind: "malformed"; readonly why: string; readonly offset: number }
  /** `isExpanded`: because the program that reads the file expands a `$` there. */
  | { readonly kind: "differs"; readonly hole: Filling; readonly isExpanded?: true };

/** The hole number `index` of its file, filled with `value`. Throws Unencodable. */
export function fillHole(format: TemplateFormat, value: Value, place: Place, index: number, type?: ScalarType): Hole {
  const written = encode(format, value, place, type);
  return { place, value: readAs(value, written), written, marked: mark(format, value, place, index, type) };
}

/** Bare truth has one spelling in most formats, whichever of YAML's the config has. */
function readAs(value: Value, written: string): string {
  return value instanceof Written && String(value.value) === written ? written : String(value);
}

/** A hole whose value only apply has: until then its marker stands for it. */
export function markHole(format: TemplateFormat, place: Place, index: number, type?: ScalarType): Hole {
  const marked = mark(format, "", place, index, type);
  return { place, value: markerOf(index), written: marked, marked };
}

/** Quoted where text would be; numbers are bare in all formats, and so is what stands in quotes of the template's own. */
function mark(format: TemplateFormat, value: Value, place: Place, index: number, type?: ScalarType): string {
  const marker = markerOf(index);
  if (place !== "alone" || typeof value !== "string") return marker;
  if (type !== undefined && tellsTypes(format)) return marker;
  try {
    return encode(format, marker, place);
  } catch (error) {
    if (error instanceof Unencodable) return marker;
    throw error;
  }
}

/** @param holes numbered in the order in which they stand in `parts` */
export function readBack<Filling extends Hole>(
  format: TemplateFormat,
  parts: readonly (string | Filling)[],
): ReadBack<Filling> {
  const read = READERS[format];
  if (read === null) return { kind: "proven" };
  const found = attempt(read, parts.map((part) => (typeof part === "string" ? part : part.written)).join(""));
  if (found instanceof Malformed) return { kind: "malformed", why: found.message, offset: found.offset };
  const holes = parts.filter((part) => typeof part !== "string");
  const [first] = holes;
  if (first === undefined) return { kind: "proven" };
  const marked = attempt(read, parts.map((part) => (typeof part === "string" ? part : part.marked)).join(""));
  if (marked instanceof Malformed) return { kind: "differs", hole: first };
  return findDifference(format, found, marked, [first, ...holes.slice(1)]) ?? { kind: "proven" };
}

function attempt(read: Reader, text: string): readonly Token[] | Malformed {
  try {
    return read(text);
  } catch (error) {
    if (error instanceof Malformed) return error;
    throw error;
  }
}

type Difference<Filling extends Hole> = Extract<ReadBack<Filling>, { kind: "differs" }>;

/** The first hole that is read otherwise, or not at all; null where all is well. */
function findDifference<Filling extends Hole>(
  format: TemplateFormat,
  found: readonly Token[],
  marked: readonly Token[],
  holes: readonly [Filling, ...Filling[]],
): Difference<Filling> | null {
  const seen = new Set<Hole>();
  let [last] = holes;
  const fill = (_: string, index: string): string => {
    last = holes[Number(index)] ?? last;
    seen.add(last);
    return last.value;
  };
  for (let index = 0; index < Math.max(found.length, marked.length); index += 1) {
    const expected = marked[index];
    const actual = found[index];
    const text = expected && (hasMarker(expected.text) ? expected.text.replace(MARKERS, fill) : expected.text);
    if (!expected || !actual || actual.kind !== expected.kind || actual.text !== text) {
      const isExpanded = [actual, found[index + 1]].some((token) => token?.kind === "mark" && token.text === "$");
      return { kind: "differs", hole: last, ...(isExpanded && last.value.includes("$") ? { isExpanded } : {}) };
    }
    if (isPutTogether(expected) && isUnclear(format, actual.text)) return { kind: "differs", hole: last };
  }
  const unseen = holes.find((hole) => mustBeSeen(hole) && !seen.has(hole));
  return unseen ? { kind: "differs", hole: unseen } : null;
}

/** A word made of parts of the template and of values: no value's encoding has seen it whole. */
function isPutTogether({ kind, text }: Token): boolean {
  return kind === "bare" && hasMarker(text) && !ONE_MARKER.test(text);
}

/** Comments are not read. */
function mustBeSeen({ place }: Hole): boolean {
  return place === "alone" || place === "double" || place === "single";
}
