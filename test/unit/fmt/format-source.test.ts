import assert from "node:assert/strict";
import fc from "fast-check";
import { parse, parseDocument, stringify, visit } from "yaml";
import { formatSource } from "../../../agent/fmt/format-source.ts";
import { formatProblem, type Problem } from "../../../agent/refusal.ts";
import { assertWithin } from "../../support/slowness.ts";
import { listDocuments, listFiles, listHeads, listLiterals } from "../schema/support/corpus.ts";

function format(text: string, file = "parbake.yaml"): string {
  const problems: Problem[] = [];
  const formatted = formatSource({ file, text }, problems);
  assert.deepEqual(problems, []);
  return formatted ?? assert.fail("no text and no problem");
}

function refuse(text: string, file = "parbake.yaml"): string[] {
  const problems: Problem[] = [];
  assert.equal(formatSource({ file, text }, problems), null);
  return problems.map(formatProblem);
}

describe("fmt", () => {
  const cases: readonly (readonly [title: string, before: string, after: string])[] = [
    ["puts two blanks before what is below a key", "a:\n    b:\n     - c\n", "a:\n  b:\n    - c\n"],
    ["puts blanks into braces and none into brackets", "a: {b: [ c,d ],e: {}}\n", "a: { b: [c, d], e: {} }\n"],
    ["takes double quotes where both mean the same", "a: 'b'\nc: 'd\"e'\n", 'a: "b"\nc: \'d"e\'\n'],
    ["leaves quotes that a value has, and gives none", 'a: "0644"\nb: x\n', 'a: "0644"\nb: x\n'],
    [
      "leaves numbers and words as they are spelt",
      "a: [0027, 1.10, 0x1F, yes, True, ~]\nb:\n",
      "a: [0027, 1.10, 0x1F, yes, True, ~]\nb:\n",
    ],
    ["joins what goes on on the next line", "a: b\n  c\n", "a: b c\n"],
    ["joins braces that fit on a line", "a: [b,\n  c]\n", "a: [b, c]\n"],
    ["leaves texts of lines as they are", "a: |+\n    b\n\n      c\n\nd: e\n", "a: |+\n  b\n\n    c\n\nd: e\n"],
    [
      "leaves one blank line of many, and none where a block begins",
      "a:\n\n  b: c\n\n\n\n  d: e\n",
      "a:\n  b: c\n\n  d: e\n",
    ],
    ["keeps a comment behind a key", "a:   # x\n  - b # y\n", "a: # x\n  - b # y\n"],
    ["keeps a comment with what it stands above", "a:\n  - b\n  # c\n\n# d\ne: f\n", "a:\n  - b\n  # c\n\n# d\ne: f\n"],
    ["keeps what is commented out where it is", "a:\n  # - b\nc: d\n", "a:\n  # - b\nc: d\n"],
    [
      "moves a block that is commented out as one",
      "a:\n    b: {}\n    #c:\n      #d: e\n      #f:\n        #g: h\n",
      "a:\n  b: {}\n  #c:\n    #d: e\n    #f:\n      #g: h\n",
    ],
    [
      "takes a comment that stands further out for another one",
      "x:\n    a:\n        b: 1\n        # of b\n    # of c\n    c: 2\n",
      "x:\n  a:\n    b: 1\n    # of b\n  # of c\n  c: 2\n",
    ],
    ["keeps a comment below a key that has nothing", "a:\n# b\n", "a:\n# b\n"],
    ["breaks up braces with a comment inside", "a: { b: c, # x\n  d: e } # f\n", "a:\n  b: c # x\n  d: e\n  # f\n"],
    [
      "leaves anchors, types and the directive",
      "%YAML 1.2\n---\na: &x {b: c}\nd: *x\ne: !!str 1\n",
      "%YAML 1.2\n---\na: &x { b: c }\nd: *x\ne: !!str 1\n",
    ],
    [
      "ends lines with LF, whatever they ended with",
      "a: # x\r\n  - b\r\n  # y\r\n# z\r\n",
      "a: # x\n  - b\n  # y\n# z\n",
    ],
    ["leaves a file of comments alone", "# a\n", "# a\n"],
    ["leaves an empty file empty", "", ""],
  ];
  for (const [title, before, after] of cases) it(title, () => assert.equal(format(before), after));

  it("breaks up braces that are wider than 120 columns, from the outside in, with their comment behind the key", () => {
    const [fits, wide] = [`{ c: ${"d".repeat(108)} }`, `{ c: ${"d".repeat(109)} }`];
    assert.equal(format(`a: { b: ${fits} } # x\n`), `a: # x\n  b: ${fits}\n`);
    assert.equal(format(`a: { b: ${wide} }\n`), `a:\n  b:\n    c: ${"d".repeat(109)}\n`);
  });

  it("lays out the front matter of a template and nothing else of it, with the line ends that it has", () => {
    assert.equal(
      format("---\npath:   /a\nmode: '0644'\n---\na:   {{b}}\n", "t.hbs"),
      '---\npath: /a\nmode: "0644"\n---\na:   {{b}}\n',
    );
    assert.equal(format("---\r\npath:   /a\r\n---\r\na\r\n", "t.hbs"), "---\r\npath: /a\r\n---\r\na\r\n");
    assert.equal(format("a:   b\n", "t.hbs"), "a:   b\n");
  });

  const escaped: readonly (readonly [before: string, after: string])[] = [
    [String.raw`d: "p\u202eq"`, String.raw`d: "p\u202eq"`],
    [
      String.raw`e: ["p\x85q",  "\u200b\u00a0\u2028\ufeff\x7f"]`,
      String.raw`e: ["p\x85q", "\u200b\u00a0\u2028\ufeff\x7f"]`,
    ],
    [String.raw`"k\u200b":   { a: "\/\_\e" }`, String.raw`"k\u200b": { a: "\/\_\e" }`],
    ['a: "one  \n  two\\u200b\n\n\n  three \\\n    four\\\\"', String.raw`a: "one two\u200b\n\nthree four\\"`],
    ['a: "one\\\n  two\\  \n  three"', String.raw`a: "onetwo\  three"`],
  ];
  for (const [before, after] of escaped)
    it(`keeps escapes as they are spelt: ${after}`, () => assert.equal(format(`${before}\n`), `${after}\n`));

  it("prints no character that cannot be seen where the source has an escape of it", () => {
    const invisible = /[\p{C}\p{Zl}\p{Zp}\u00a0]/gu;
    const plain = fc.constantFrom("a", " ", "\n  ", "\n\n   ", "\\\n  ", "'", "\u200b", "é", "#", ": ");
    const escapes = String.raw`\u202e \x85 \u200b \u00a0 \u2028 \ufeff \x7f \\ \" \n \t \_ \N`.split(" ");
    const piece = fc.oneof(plain, fc.constantFrom(...escapes, "\\ "));
    const text = fc.array(piece, { maxLength: 12 }).map((pieces) => `"x${pieces.join("")}y"`);
    fc.assert(
      fc.property(text, text, (one, other) => {
        const source = `a:   ${one}\nb: { c: [${other}] }\n`;
        const formatted = format(source);
        const raw = new Set(source.match(invisible));
        assert.deepEqual(
          (formatted.match(invisible) ?? []).filter((each) => !raw.has(each)),
          [],
        );
        assert.deepEqual(parse(formatted), parse(source));
      }),
      { numRuns: 1_000 },
    );
  });

  it("takes no longer for each line of many comments", () => {
    const startMs = performance.now();
    assert.match(format(`vars:\n${"   # c\n\n".repeat(20_000)}   a: 1\n`), /^vars:\n  # c\n\n  # c\n[^]*\n  a: 1\n$/);
    assertWithin(8_000, performance.now() - startMs);
  });

  it("refuses what it cannot read, with its place in the file", () => {
    assert.deepEqual(refuse("a: b\na: c\n"), [
      "parbake.yaml:2:1: 'a' is declared twice, lines 1 and 2. Merge them into one.",
    ]);
    assert.match(refuse("---\npath: [\n---\n", "t.hbs")[0]!, /^t\.hbs:2:7: the \[ is never closed\./);
    assert.deepEqual(refuse("---\npath: /a\n", "t.hbs"), [
      "t.hbs:1:1: the front matter has no --- that ends it. Add the line.",
    ]);
  });

  it("says the same of every config of the tests, documents and templates, and nothing more when it is done again", () => {
    let count = 0;
    for (const { from, text } of [...listFiles(), ...listDocuments(), ...listHeads(), ...listLiterals()]) {
      if (parseDocument(text).errors.length + parseDocument(text).warnings.length > 0) continue;
      const formatted = formatSource({ file: from.replace(/.*/, "x.yaml"), text }, []);
      if (formatted === null) continue;
      count += 1;
      assert.deepEqual(parse(formatted), parse(text), from);
      assert.equal(format(formatted), formatted, from);
      assert.deepEqual(countComments(formatted), countComments(text), from);
    }
    assert.ok(count > 250, `only ${count}`);
  });

  it("gives one layout to a config, however it was laid out before", () => {
    const texts = [...listHeads(), ...listDocuments()].map(({ text }) => stringify(parse(text)));
    const layout = fc.record({
      indent: fc.constantFrom(1, 2, 3, 8),
      indentSeq: fc.boolean(),
      lineWidth: fc.constantFrom(0, 20, 80),
      singleQuote: fc.constantFrom(true, false),
      flowCollectionPadding: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.constantFrom(...texts), layout, (text, options) => {
        assert.equal(format(stringify(parse(text), options)), format(text));
      }),
      { numRuns: 300 },
    );
  });
});

/** By the tree of another reader than fmt's own. */
function countComments(text: string): number {
  let count = 0;
  const document = parseDocument(text);
  const note = (comment: string | null | undefined): void => {
    count += (comment ?? "").split("\n").filter((line) => line !== "").length;
  };
  for (const comment of [document.commentBefore, document.comment]) note(comment);
  visit(document, {
    Node: (_, node) => {
      note(node.commentBefore);
      note(node.comment);
    },
  });
  return count;
}
