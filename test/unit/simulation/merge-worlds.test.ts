import assert from "node:assert/strict";
import { mergeWorlds } from "../../../scripts/simulation/merge-worlds.ts";

describe("mergeWorlds", () => {
  it("keeps of the lower world what the upper one does not say", () => {
    const lower = { imds: { role: null, values: { a: "1", b: "2" } }, clockAheadSeconds: 5 };
    assert.deepEqual(mergeWorlds(lower, { imds: { values: { b: "3" } } }), {
      clockAheadSeconds: 5,
      imds: { role: null, values: { a: "1", b: "3" } },
      secrets: [],
      faults: [],
    });
  });

  it("takes a secret from the upper world alone where both have one of that name", () => {
    const [old, other, current] = [
      { name: "a", versions: [{ string: "old" }] },
      { name: "b", versions: [{ string: "other" }] },
      { name: "a", versions: [{ string: "new" }] },
    ];
    assert.deepEqual(mergeWorlds({ secrets: [old, other] }, { secrets: [current] }).secrets, [current, other]);
  });

  it("puts the upper world's faults before the lower one's", () => {
    const hang = { match: { service: "imds" }, do: { kind: "hang" } } as const;
    const reset = { match: { service: "imds" }, do: { kind: "reset" } } as const;
    assert.deepEqual(mergeWorlds({ faults: [hang] }, { faults: [reset] }).faults, [reset, hang]);
  });
});
