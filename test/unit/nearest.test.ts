import assert from "node:assert/strict";
import { nearest, suggest } from "../../agent/nearest.ts";

describe("nearest", () => {
  const known = ["apply", "plan", "check", "facts", "tune"];

  it("finds the name with one letter off, swapped, missing or in another case", () => {
    assert.equal(nearest("aplly", known), "apply");
    assert.equal(nearest("paln", known), "plan");
    assert.equal(nearest("chek", known), "check");
    assert.equal(nearest("FACTS", known), "facts");
  });

  it("suggests nothing for a name that is far from all", () => {
    assert.equal(nearest("reconfigure", known), null);
    assert.equal(suggest("reconfigure", known), "Known: apply, plan, check, facts, tune.");
  });
});
