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

  it("finds what the name is a part of, unless it is of many", () => {
    assert.equal(
      suggest("buffer_pool", ["innodb_buffer_pool_size", "sort_buffer_size"]),
      "Did you mean 'innodb_buffer_pool_size'?",
    );
    assert.equal(suggest("sql", ["mysql", "nginx", "postgresql"]), "Did you mean 'mysql' or 'postgresql'?");
    assert.match(suggest("size", ["a_size", "b_size", "c_size", "d_size"]), /^Known: /);
    assert.match(suggest("qu", ["sqlite", "unique"]), /^Known: /);
  });

  it("suggests nothing for a name that is far from all", () => {
    assert.equal(nearest("reconfigure", known), null);
    assert.equal(suggest("reconfigure", known), "Known: apply, plan, check, facts, tune.");
  });
});
