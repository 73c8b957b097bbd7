// What golden folders cannot say of front matter: whatever the text, it is taken or refused with a place, and no line moves.

import assert from "node:assert/strict";
import fc from "fast-check";
import { splitFrontMatter } from "../../../../agent/config/read/parse-front-matter.ts";
import type { Problem } from "../../../../agent/refusal.ts";

function split(source: string) {
  const problems: Problem[] = [];
  return { ...splitFrontMatter("a.hbs", source, problems), problems };
}

const line = fc.oneof(
  fc.constantFrom(
    "---",
    "--- ",
    "----",
    "",
    "path: /a",
    'mode: "0600"',
    "- x",
    "? a",
    "&a",
    "*a",
    "{",
    "]",
    "'",
    '"',
    "!!x y",
  ),
  fc.constantFrom(
    "path: &a [*a]",
    "onChange: { reload: a.service }",
    "validate: [x, {}]",
    "<<: *x",
    "%YAML 1.2",
    "...",
    "# x",
  ),
  fc.string({ unit: "grapheme" }),
);

describe("splitFrontMatter", () => {
  it("leaves a template alone whose first line is not ---", () => {
    for (const source of ["", "text\n---\n", " ---\npath: /a\n---\n", "----\n---\n", "--- x\n---\n"]) {
      assert.deepEqual(split(source), { frontMatter: null, source, problems: [] });
    }
  });

  it("keeps every line of the text where it was, the line breaks of the front matter included", () => {
    const { source } = split('---\npath: /a\nmode: "0600"\n---\none\n\ntwo');
    assert.equal(source.split("\n").indexOf("one"), 4);
    assert.equal(source, "{{!\n\n\n}}\none\n\ntwo");
  });

  it("takes or refuses any text, each problem with a line and column inside it", () => {
    fc.assert(
      fc.property(fc.array(line), fc.boolean(), (lines, closed) => {
        const text = ["---", ...lines, ...(closed ? ["---", "end"] : [])].join("\n");
        const { source, problems, frontMatter } = split(text);
        const count = text.split("\n").length;
        for (const { at } of problems) {
          assert.equal(at?.file, "a.hbs");
          assert.ok(at.line! >= 1 && at.line! <= count && at.column! >= 1, JSON.stringify(at));
        }
        assert.ok(frontMatter !== null || problems.length > 0);
        if (frontMatter !== null) assert.equal(source.split("\n").length, count);
      }),
      { numRuns: 2_000 },
    );
  });
});
