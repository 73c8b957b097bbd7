import assert from "node:assert/strict";
import { isGenerationName, nextGenerationName } from "../../../../agent/apply/change/generation-name.ts";

describe("nextGenerationName", () => {
  it("is the number after the highest, and 1 where no generation exists", () => {
    assert.equal(nextGenerationName([]), "..gen-1");
    assert.equal(nextGenerationName(["..gen-9", "..gen-10", "..gen-x", "..gen-010"]), "..gen-11");
  });

  it("is the first that is free after the last that there is", () => {
    const last = "..gen-999999999999999";
    assert.ok(isGenerationName(last));
    assert.equal(nextGenerationName([last, "..gen-1", "..gen-3"]), "..gen-2");
  });
});
