import assert from "node:assert/strict";
import { readCatalogue } from "../../../../agent/facts/catalogue/catalogue.ts";
import { expandPatterns } from "../../../../agent/facts/catalogue/expand-patterns.ts";
import { isFlaw, parseTypePattern } from "../../../../agent/names/type-pattern.ts";
import { formatProblem, type Position } from "../../../../agent/refusal.ts";

function expand(texts: readonly string[], at?: Position): { types: string[]; problems: string[] } {
  const patterns = texts.map((text) => {
    const pattern = parseTypePattern(text);
    return isFlaw(pattern) ? assert.fail(pattern.what) : { pattern, ...(at && { at }) };
  });
  const { rows, problems } = expandPatterns(patterns, readCatalogue());
  return { types: rows.map(({ type }) => type), problems: problems.map(formatProblem) };
}

describe("the instance types that patterns mean", () => {
  it("are in the order of the patterns, each once, and within one by family and size, metal last", () => {
    const { types, problems } = expand(["t4g.small", "m7g{,d}.{medium..xlarge,metal}", "m7g.*"]);
    assert.deepEqual(problems, []);
    assert.deepEqual(types.slice(0, 9), [
      "t4g.small",
      ...["medium", "large", "xlarge", "metal"].map((size) => `m7g.${size}`),
      ...["medium", "large", "xlarge", "metal"].map((size) => `m7gd.${size}`),
    ]);
    assert.deepEqual(types.slice(9), ["m7g.2xlarge", "m7g.4xlarge", "m7g.8xlarge", "m7g.12xlarge", "m7g.16xlarge"]);
  });
  it("are those sizes of a range that the family has", () => {
    const { types } = expand(["r7i.{large..8xlarge}"]);
    assert.deepEqual(types, ["r7i.large", "r7i.xlarge", "r7i.2xlarge", "r7i.4xlarge", "r7i.8xlarge"]);
  });
  it("are all of the catalogue for a star", () => {
    assert.equal(expand(["*"]).types.length, readCatalogue().rows.size);
  });

  const at = { file: "parbake.yaml", line: 3, column: 12 };
  for (const [text, expected] of [
    [
      "m7g.lrage",
      /^parbake\.yaml:3:12: the catalogue of \S+ has no instance type 'm7g\.lrage'\. Did you mean 'm7g\.large'\? /,
    ],
    ["mg7.*", /^parbake\.yaml:3:12: no instance type of the catalogue of \S+ is 'mg7\.\*'\. Did you mean m7g\.\*\?$/],
    [
      "m7.{large..xlarge}",
      /Did you mean m7i\.\{large\.\.xlarge\}, m7g\.\{large\.\.xlarge\}, m7a\.\{large\.\.xlarge\}\?$/,
    ],
    ["t4g.{4xlarge..8xlarge}", /\. t4g has nano, micro, small, medium, large, xlarge, 2xlarge\.$/],
    ["zz*", /`parbake tune --all-types` lists all families\.$/],
    ["m7g.{large,lrage}", /^parbake\.yaml:3:12: 'lrage' of m7g\.\{large,lrage\} is no instance type of the catalogue/],
    ["m7g.{large,48xlarge..96xlarge}", /: '48xlarge\.\.96xlarge' of m7g/],
  ] as const)
    it(`are none, or none of a part, for ${text}, and it is said where and what is near`, () => {
      const { problems } = expand([text, "c7g.large"], at);
      assert.equal(problems.length, 1);
      assert.match(problems[0]!, expected);
    });
  it("may have a size given in their stead on the command line alone", () => {
    assert.match(expand(["m9zz.large"]).problems[0]!, /give its size: --memory 16GiB --cpus 4/);
    assert.doesNotMatch(expand(["m9zz.large"], at).problems[0]!, /--memory/);
  });
});
