// Broken sources: valid ones with pieces cut out, doubled and put in, and heaps of the words of their language.

import fc from "fast-check";
import { CORPUS } from "../../unit/support/hostile.ts";

interface Edit {
  readonly at: number;
  readonly cut: number;
  readonly put: string;
}

/** One of `sources` after a few edits, or `words` in any order. */
export function brokenSource(sources: readonly string[], words: readonly string[]): fc.Arbitrary<string> {
  const piece = fc.oneof(
    fc.constantFrom(...words),
    fc.constantFrom(...CORPUS),
    fc.string({ unit: "binary", maxLength: 4 }),
  );
  const edit = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), cut: fc.nat({ max: 12 }), put: piece });
  const edited = fc
    .tuple(fc.constantFrom(...sources), fc.array(edit, { minLength: 1, maxLength: 5 }))
    .map(([source, edits]) => edits.reduce(apply, source));
  return fc.oneof(
    edited,
    fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join("")),
  );
}

function apply(source: string, { at, cut, put }: Edit): string {
  const index = Math.floor(at * source.length);
  return source.slice(0, index) + put + source.slice(index + cut);
}
