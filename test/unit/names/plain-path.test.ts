import assert from "node:assert/strict";
import fc from "fast-check";
import { flawOfAbsolute, flawOfRelative, PLAIN_ABSOLUTE, PLAIN_RELATIVE } from "../../../agent/names/plain-path.ts";

const LONG = "é".repeat(127);

describe("a path", () => {
  for (const path of ["/etc/app/app.conf", "/a", "/a/..b/c...", "/with blank/x", `/${LONG}`, `/${"a".repeat(255)}`])
    it(`may be ${path.slice(0, 30)}`, () => assert.equal(flawOfAbsolute(path), null));
  const flaws: readonly (readonly [path: string, flaw: string])[] = [
    ["etc/app", "is not absolute"],
    ["", "is not absolute"],
    ["/", "is the root itself"],
    ["/etc/../shadow", "has .. in it"],
    ["/..", "has .. in it"],
    ["/etc/./x", "has . in it"],
    ["//etc/x", "has // in it"],
    ["/etc//x", "has // in it"],
    ["/etc/x/", "ends with /"],
    ["/etc/a\nb", "has a control character in it"],
    ["/etc/a\0b", "has a control character in it"],
    ["/etc/a\u009bb", "has a control character in it"],
    ["/etc/\ud800", "is no text"],
    ["/etc/app\u200b.conf", "has an invisible character in it, U+200B (zero width space)"],
    ["/etc/app\u00a0x", "has an invisible character in it, U+00A0 (no-break space)"],
    ["/etc/\u202efnoc.ppa", "has an invisible character in it, U+202E (right-to-left override)"],
    ["/etc/app\ufeff", "has an invisible character in it, U+FEFF (byte order mark)"],
    ["/etc/a\u2028b", "has an invisible character in it, U+2028"],
    ["/etc/a\u{e0001}b", "has an invisible character in it, U+E0001"],
    [`/${LONG}éa`, "has a name over 255 bytes in it"],
    [`/${"a/".repeat(2047)}aa`, "is over 4095 bytes long"],
  ];
  for (const [path, flaw] of flaws)
    it(`is told that it ${flaw}: ${JSON.stringify(path).slice(0, 40)}`, () => assert.equal(flawOfAbsolute(path), flaw));

  it("below a folder does not leave it", () => {
    assert.equal(flawOfRelative("db/password"), null);
    assert.equal(flawOfRelative("/db/password"), "is absolute");
    assert.equal(flawOfRelative("../x"), "has .. in it");
    assert.equal(flawOfRelative("a/../../x"), "has .. in it");
    assert.equal(flawOfRelative("a//x"), "has // in it");
    assert.equal(flawOfRelative("a/"), "ends with /");
    assert.equal(flawOfRelative(""), "is empty");
  });
});

describe("what every plain path looks like, for editors", () => {
  const path = fc
    .array(fc.constantFrom("/", ".", "..", "a", "etc", "b.c", " ", "…", "\n"), { maxLength: 8 })
    .map((parts) => parts.join(""));

  it("is no less than what parbake takes, and of climbing, empty and half paths no more", () => {
    fc.assert(
      fc.property(path, (text) => {
        assert.equal(PLAIN_ABSOLUTE.test(text), flawOfAbsolute(text.replaceAll("\n", "x")) === null, text);
        assert.equal(PLAIN_RELATIVE.test(text), flawOfRelative(text.replaceAll("\n", "x")) === null, text);
      }),
      { numRuns: 2000 },
    );
  });
});
