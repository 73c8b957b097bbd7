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
  const piece = pieceOf(words);
  return fc.oneof(
    editedSource(fc.constantFrom(...sources), words),
    fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join("")),
  );
}

/** @param mostEdits how often a piece is cut out or put in, at most */
export function editedSource(
  source: fc.Arbitrary<string>,
  words: readonly string[],
  mostEdits = 5,
): fc.Arbitrary<string> {
  const at = fc.double({ min: 0, max: 1, noNaN: true });
  const edit = fc.record({ at, cut: fc.nat({ max: 12 }), put: pieceOf(words) });
  const edits = fc.array(edit, { minLength: 1, maxLength: mostEdits });
  return fc.tuple(source, edits).map(([text, all]) => all.reduce(apply, text));
}

function pieceOf(words: readonly string[]): fc.Arbitrary<string> {
  return fc.oneof(fc.constantFrom(...words), fc.constantFrom(...CORPUS), fc.string({ unit: "binary", maxLength: 4 }));
}
function apply(source: string, { at, cut, put }: Edit): string {
  const index = Math.floor(at * source.length);
  return source.slice(0, index) + put + source.slice(index + cut);
}
