import assert from "node:assert/strict";
import fc from "fast-check";
import { branchesOf, matchesType } from "../../../agent/names/match-type.ts";
import { isFlaw, parseTypePattern, type TypePattern } from "../../../agent/names/type-pattern.ts";
import { assertWithin } from "../../support/slowness.ts";

function patternOf(text: string): TypePattern {
  const read = parseTypePattern(text);
  return isFlaw(read) ? assert.fail(`${text}: ${read.what}`) : read;
}

describe("an instance type", () => {
  for (const [text, matching, others] of [
    ["m7g.large", ["m7g.large"], ["m7g.xlarge", "m7gd.large", "m7g.larg"]],
    ["m7g.*", ["m7g.large", "m7g.metal", "m7g.16xlarge"], ["m7gd.large", "m7g"]],
    ["c5*", ["c5.large", "c5ad.metal"], ["c6i.large"]],
    ["*", ["t4g.nano", "u-3tb1.56xlarge"], []],
    ["m7?.large", ["m7g.large", "m7i.large"], ["m7.large", "m7gd.large"]],
    ["{m,r}7g{,d}.large", ["m7g.large", "r7gd.large"], ["c7g.large", "m7gn.large"]],
    [
      "r7i.{large..8xlarge}",
      ["r7i.large", "r7i.xlarge", "r7i.2xlarge", "r7i.8xlarge"],
      ["r7i.medium", "r7i.12xlarge", "r7i.metal", "r7i.metal-24xl", "r7iz.large"],
    ],
    ["m7i.{nano..small, 2xlarge, metal*}", ["m7i.micro", "m7i.2xlarge", "m7i.metal-24xl"], ["m7i.large"]],
    ["*.{2xlarge..4xlarge}", ["x2iezn.2xlarge", "c5.4xlarge"], ["c5.12xlarge", "c5.xlarge"]],
  ] as const)
    it(`is meant by ${text} or not, as a person reads it`, () => {
      const pattern = patternOf(text);
      assert.deepEqual(
        [...matching, ...others].filter((type) => matchesType(pattern, type)),
        [...matching],
      );
    });

  it("is meant by a pattern without ranges where a regular expression says so", () => {
    const letters = fc.string({ unit: fc.constantFrom("a", "b", "."), maxLength: 4 });
    const piece = fc.oneof(
      letters.map((text) => ({ text, source: text.replaceAll(".", "[.]") })),
      fc.constant({ text: "*", source: ".*" }),
      fc.constant({ text: "?", source: "." }),
      fc.array(letters, { minLength: 1, maxLength: 3 }).map((all) => ({
        text: `{${all.join(",")}}`,
        source: `(?:${all.map((text) => text.replaceAll(".", "[.]")).join("|")})`,
      })),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 5 }), letters, (pieces, type) => {
        const text = pieces.map((each) => each.text).join("");
        const read = parseTypePattern(text);
        // `{}` and `{..}` are refused.
        fc.pre(!isFlaw(read));
        const expected = new RegExp(`^(?:${pieces.map((each) => each.source).join("")})$`).test(type);
        assert.equal(matchesType(read, type), expected, `${text} ${type}`);
      }),
    );
  });

  it("is told at once, however many stars the pattern has", () => {
    const pattern = patternOf("*a".repeat(90));
    const start = performance.now();
    assert.equal(matchesType(pattern, "a".repeat(40) + "b"), false);
    assertWithin(500, performance.now() - start);
  });

  it("may be meant by one alternative alone, which each can be asked about", () => {
    const branches = branchesOf(patternOf("{m7g,c7gg}.{large,xlarge}"));
    assert.deepEqual(
      branches.map(({ text, parts }) => [text, matchesType({ parts }, "m7g.large")]),
      [
        ["m7g", true],
        ["c7gg", false],
        ["large", true],
        ["xlarge", false],
      ],
    );
  });
});
