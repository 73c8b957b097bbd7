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

  it("finds names that are equally close, if they begin alike", () => {
    assert.equal(suggest("web3", ["xeb3", "web1", "api", "web2"]), "Did you mean 'web1' or 'web2'?");
    assert.equal(suggest("yml", ["xml", "yaml", "toml"]), "Did you mean 'yaml'?");
    assert.equal(nearest("web3", ["xeb3", "web1"]), "web1");
  });

  it("finds what a short form begins", () => {
    assert.equal(suggest("mem", ["memory", "cpu"]), "Did you mean 'memory'?");
    assert.equal(suggest("ch", known), "Known: apply, plan, check, facts, tune.");
  });

  it("suggests nothing for a name that is far from all", () => {
    assert.equal(nearest("reconfigure", known), null);
    assert.equal(suggest("reconfigure", known), "Known: apply, plan, check, facts, tune.");
  });
});
