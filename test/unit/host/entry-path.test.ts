import assert from "node:assert/strict";
import { join, normalize } from "node:path";
import fc from "fast-check";
import { entryPath } from "../../../agent/host/entry-path.ts";

const part = fc.constantFrom("a", "b.c", "..d", "...", ".", "..", "", " ", "é");

describe("entryPath", () => {
  for (const [folder, path] of [
    ["/", "/a"],
    ["/etc", "/etc/a"],
    ["/etc/", "/etc/a"],
    [".", "a"],
    ["./", "a"],
    ["../", "../a"],
    ["..", "../a"],
    ["etc", "etc/a"],
  ] as const)
    it(`is ${path} for a in ${folder}`, () => assert.equal(entryPath(folder, "a"), path));

  it("is what path.join makes of any normal path and a name", () => {
    const folder = fc.tuple(fc.constantFrom("", "/"), fc.array(part)).map(([start, parts]) => start + parts.join("/"));
    const name = part.filter((text) => !["", ".", ".."].includes(text));
    fc.assert(
      fc.property(folder, name, (given, entry) => {
        assert.equal(entryPath(normalize(given), entry), join(given, entry));
      }),
      { numRuns: 2_000 },
    );
  });
});
