import assert from "node:assert/strict";
import fc from "fast-check";
import { buildAutomaton } from "../../../../agent/seal/rules/keyword-automaton.ts";

/** `keyword@end` of each that the automaton meets. */
function meet(keywords: readonly string[], bytes: Buffer): string[] {
  const { columns, next, firstEnd, ends, width } = buildAutomaton(keywords);
  let state = 0;
  return [...bytes].flatMap((byte, at) => {
    state = next[state + columns[byte]!]!;
    if (state < firstEnd || byte === 0) return [];
    return ends[(state - firstEnd) / width]!.map((number) => `${keywords[number]}@${at}`);
  });
}

describe("the automaton of keywords", () => {
  it("finds words within words, and words that overlap", () => {
    assert.deepEqual(meet(["he", "she", "his", "hers"], Buffer.from("ushers")).toSorted(), ["he@3", "hers@5", "she@3"]);
  });

  it("is blind to the case of letters, and to NULs", () => {
    assert.deepEqual(meet(["ghp_", "q~"], Buffer.from("GhP_ 1Q~")), ["ghp_@3", "q~@7"]);
    assert.deepEqual(meet(["ghp_"], Buffer.from("ghp_", "utf16le")), ["ghp_@6"]);
  });

  it("finds what a search for each keyword finds, in any bytes", () => {
    const word = fc.string({ unit: fc.constantFrom("a", "b", "c", "_"), minLength: 1, maxLength: 5 });
    const text = fc.string({ unit: fc.constantFrom("a", "b", "c", "_", "x"), maxLength: 60 });
    fc.assert(
      fc.property(fc.uniqueArray(word, { minLength: 1, maxLength: 8 }), text, (keywords, bytes) => {
        const expected = keywords.flatMap((keyword) =>
          bytes.split("").flatMap((_, at) => (bytes.slice(0, at + 1).endsWith(keyword) ? [`${keyword}@${at}`] : [])),
        );
        assert.deepEqual(meet(keywords, Buffer.from(bytes)).toSorted(), expected.toSorted());
      }),
    );
  });
});
