import assert from "node:assert/strict";
import { entropyOf } from "../../../../agent/seal/rules/judge-match.ts";
import { hasChecksum, isPlaceholder } from "../../../../agent/seal/rules/token-forms.ts";

describe("the form of a token", () => {
  it("has its CRC-32 in its last six characters", () => {
    const token = ["gh", "p_", "zQWBuTSOoRi4A9spHcVY", "5ncnsDkxkJ0mLq17"].join("");
    assert.ok(hasChecksum(token));
    assert.ok(!hasChecksum(token.replace("zQ", "zR")));
  });

  it("is told from what stands in its place", () => {
    for (const text of [
      "${X}",
      "$X",
      "%d/x",
      "<token>",
      "{{ x }}",
      "xxxxxx",
      "/run/x",
      "an-example",
      "your-token",
      "true",
      "vault:x",
    ])
      assert.ok(isPlaceholder(text), text);
    for (const text of ["hunter2", "correct-horse", "changeme", "p4ss/word"]) assert.ok(!isPlaceholder(text), text);
  });

  it("has the entropy of its characters", () => {
    assert.equal(entropyOf("aaaa"), 0);
    assert.equal(entropyOf("abab"), 1);
    assert.equal(entropyOf("abcdefgh"), 3);
  });
});
