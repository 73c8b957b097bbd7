import assert from "node:assert/strict";
import { isExact, isFlaw, parseTypePattern, splitPatterns } from "../../../agent/names/type-pattern.ts";

function flawOf(text: string): string {
  const read = parseTypePattern(text);
  return isFlaw(read) ? `${read.what}. ${read.fix}` : assert.fail(`${text} is a pattern`);
}

describe("a pattern of instance types", () => {
  it("is exact without stars, question marks and braces", () => {
    for (const [text, expected] of [
      ["m7g.large", true],
      ["m7g.*", false],
      ["m7?.large", false],
      ["m7g.{large}", false],
    ] as const) {
      const read = parseTypePattern(text);
      assert.equal(!isFlaw(read) && isExact(read), expected, text);
    }
  });

  for (const [text, flaw] of [
    ["m7g.{large", /^'m7g\.\{large' has a brace without its partner, .* Write \{a,b\} or /],
    ["m7g.large}", /brace without its partner/],
    ["m7g.{a,{b,c}}", /braces inside of braces/],
    ["m7g.{}", /^there is nothing in \{\}\. /],
    ["m7g.{lrage..8xlarge}", /^EC2 has no size 'lrage'\. Did you mean 'large'\?$/],
    ["m7g.{large..8xl}", /^EC2 has no size '8xl'\. Did you mean '8xlarge'\?$/],
    ["m7g.{8xlarge..large}", /^8xlarge is larger than large\. Write the smaller one first: \{large\.\.8xlarge\}\.$/],
    ["m7g.{large..metal}", /^metal is no end of a range: .*: \{large\.\.8xlarge,metal\*\}\.$/],
    ["m7g.{large..metal-24xl}", /^metal-24xl is no end of a range/],
    ["m7g.{large..}", /^'large\.\.' is no range of sizes\. Write both of its ends/],
    ["m7g.{large..xlarge..2xlarge}", /is no range of sizes/],
    ["*{large..xlarge}", /^the range large\.\.xlarge does not stand for the whole size\. Put it after the dot/],
    ["{large..xlarge}", /does not stand for the whole size/],
    ["m7g.large,r7i.large", /^there is a comma outside of braces in 'm7g\.large,r7i\.large'\. /],
    [`m7g.${"*a".repeat(200)}`, /is longer than any pattern/],
  ] as const)
    it(`is not ${text.slice(0, 40)}`, () => assert.match(flawOf(text), flaw));

  it("is one of several in a list, whose commas are those outside of braces", () => {
    assert.deepEqual(splitPatterns("m7g.{large,xlarge}, r7i.*,,t4g.small,"), [
      "m7g.{large,xlarge}",
      "r7i.*",
      "t4g.small",
    ]);
    assert.deepEqual(splitPatterns(" , "), []);
    assert.deepEqual(splitPatterns("m7g.{large,xlarge"), ["m7g.{large", "xlarge"]);
  });
});
