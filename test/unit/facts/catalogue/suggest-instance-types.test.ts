import assert from "node:assert/strict";
import { readCatalogue } from "../../../../agent/facts/catalogue/catalogue.ts";
import { isWellFormed, suggestInstanceTypes } from "../../../../agent/facts/catalogue/suggest-instance-types.ts";

const KNOWN = [...readCatalogue().rows.keys()];

describe("suggestInstanceTypes", () => {
  const cases: readonly (readonly [name: string, ...meant: string[]])[] = [
    // The attributes are missing.
    ["m7.large", "m7i.large", "m7g.large", "m7a.large"],
    ["r6.xlarge", "r6i.xlarge", "r6g.xlarge", "r6a.xlarge"],
    ["c8.large", "c8i.large", "c8g.large", "c8a.large"],
    ["t4.micro", "t4g.micro"],
    // The generation is none: the newest come first.
    ["t5.micro", "t8i.micro", "t4g.micro", "t3.micro"],
    ["m10g.large", "m9g.large", "m9gd.large", "m8g.large"],
    // The size.
    ["m7g.8xl", "m7g.8xlarge"],
    ["m7g.xl", "m7g.xlarge"],
    ["m7g.l", "m7g.large"],
    ["m7g.larg", "m7g.large"],
    ["m7g.2xlrage", "m7g.2xlarge"],
    ["m7g.10xlarge", "m7g.12xlarge", "m7g.8xlarge", "m7g.16xlarge"],
    ["m7g", "m7g.large", "m7g.medium", "m7g.xlarge"],
    // The form.
    ["M7G.Large", "m7g.large"],
    ["m7g-large", "m7g.large"],
    ["m7glarge", "m7g.large"],
    ["db.r6g.large", "r6g.large"],
    ["cache.m7g.2xlarge", "m7g.2xlarge"],
    ["mg7.large", "m7g.large"],
    // Other attributes than there are.
    ["m7x.large", "m7i.large", "m7g.large", "m7a.large"],
    ["m7gdn.large", "m7gd.large", "m7g.large", "m7i.large"],
    ["u7i-12tb.large", "u7i-12tb.224xlarge"],
  ];
  for (const [name, ...meant] of cases)
    it(`takes ${name} for ${meant.join(", ")}`, () => assert.deepEqual(suggestInstanceTypes(name, KNOWN), meant));

  for (const name of ["something else entirely", "q7.large", "", ".", "large", "xyz9.large"])
    it(`takes '${name}' for nothing`, () => assert.deepEqual(suggestInstanceTypes(name, KNOWN), []));

  it("suggests only what there is, for a slip anywhere in any type, and the type itself for one in its size", () => {
    for (const type of KNOWN) assert.ok(isWellFormed(type), type);
    for (const type of KNOWN.filter((_, index) => index % 20 === 0)) {
      assert.deepEqual(suggestInstanceTypes(type.toUpperCase(), KNOWN), [type]);
      const slips = [type.replace(/\d/, "99"), type.replace("large", "larg"), type.slice(1), type.replace(".", "")];
      for (const slip of slips)
        for (const each of suggestInstanceTypes(slip, KNOWN)) assert.ok(KNOWN.includes(each), `${slip}: ${each}`);
    }
  });
});

describe("isWellFormed", () => {
  for (const name of ["m10i.large", "c9gn.metal-48xl", "u-6tb1.112xlarge", "x9z-foo.3xlarge"])
    it(`holds ${name} for a type of tomorrow's`, () => assert.equal(isWellFormed(name), true));
  for (const name of ["m7g", "large", "m7g.8xl", "m7g.huge", "M7G.large", "db.m7g.large", "m7g.large "])
    it(`holds '${name}' for none`, () => assert.equal(isWellFormed(name), false));
});
