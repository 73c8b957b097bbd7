// What the quick reader reads, the parser reads to the same tree without an error or a warning; it gives up on the rest.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { isMap, isScalar, isSeq, type Node, parseAllDocuments } from "yaml";
import { readQuickly } from "../../../../agent/config/yaml/quick-yaml.ts";
import { TOP } from "../../../../scripts/building/build-pinned-node.ts";

const OPTIONS = { version: "1.2", schema: "core", merge: false, uniqueKeys: false, prettyErrors: false } as const;

/** All that is ever asked of a node. */
function comparable(node: unknown): unknown {
  const { range, tag, anchor } = node as Node;
  const common = { at: range?.[0], tag, anchor };
  if (isMap(node))
    return { ...common, map: node.items.map(({ key, value }) => [comparable(key), value && comparable(value)]) };
  if (isSeq(node)) return { ...common, list: node.items.map(comparable) };
  if (isScalar(node)) return { ...common, value: node.value, source: node.source, type: node.type };
  return "another node";
}

function parse(text: string): unknown {
  const documents = parseAllDocuments(text, OPTIONS);
  if ("empty" in documents || documents.length !== 1) return "not one document";
  const [document] = documents;
  const problems = [...document!.errors, ...document!.warnings];
  return problems.length > 0 ? problems[0]!.code : comparable(document!.contents);
}

/** @returns whether it was read */
function assertSame(text: string): boolean {
  const quick = readQuickly(text);
  if (quick === null) return false;
  assert.deepEqual(comparable(quick), parse(text), text);
  return true;
}

const PIECES = [
  "a b-c d.e true null yes 1 -1 0644 0x1f 1.5 1e3 .5 .inf 64MiB 5% ~ ~/x /etc/x a:b http://x:1 - -- --- ... ? ! & * | > @ % ` # ,",
  'a: b: b:c c: : { } [ ] {} [] \' \'\' " "" \'x\' "x" "\\n" -x - + = << <<: true: a#b \t é',
]
  .flatMap((line) => line.split(" "))
  .concat([
    " ",
    " ",
    "  ",
    "\n",
    "\n",
    "\n",
    "\n  ",
    "\n    ",
    "\n- ",
    "\n  - ",
    ": ",
    ": ",
    ", ",
    " #",
    " # c\n",
    "- ",
    "a: 1\n",
  ]);

const anything = fc.array(fc.constantFrom(...PIECES), { maxLength: 18 }).map((pieces) => pieces.join(""));

const word = fc.constantFrom(
  ..."a db-1 arn:aws:x:y 64MiB 5% 12 -3 1.5 true False null /etc/a.conf ${HOME} 'it' 10.0.0.1 on 0 1_000 a&b x=y --help --user=a -C --1 -- -.5".split(
    " ",
  ),
  '"quoted: text # no"',
  "'in, quotes'",
  "two  words",
);
const key = fc.constantFrom("a", "b", "max_size", "x.y", "true", "on", "a-b/c");
const comment = fc.constantFrom("", "", "", " # why", "  ");
const { flow } = fc.letrec<{ flow: string }>((tie) => ({
  flow: fc.oneof(
    { depthSize: "small" },
    word,
    fc.array(tie("flow"), { maxLength: 3 }).map((items) => `[${items.join(", ")}]`),
    fc
      .array(fc.tuple(key, tie("flow")), { maxLength: 3 })
      .map((pairs) => `{ ${pairs.map(([name, value]) => `${name}: ${value}`).join(", ")} }`),
  ),
}));

/** Lines without their indentation below what they belong to. */
const { block } = fc.letrec<{ block: string[] }>((tie) => ({
  block: fc.oneof(
    { depthSize: "small" },
    fc
      .array(fc.tuple(key, flow, comment), { minLength: 1, maxLength: 3 })
      .map((lines) => lines.map(([name, value, after]) => `${name}: ${value}${after}`)),
    fc
      .array(fc.tuple(flow, comment), { minLength: 1, maxLength: 3 })
      .map((items) => items.map(([value, after]) => `- ${value}${after}`)),
    fc
      .tuple(key, comment, fc.constantFrom("  ", "    ", ""), tie("block"))
      .map(([name, after, indent, inner]) => [`${name}:${after}`, ...inner.map((line) => indent + line)]),
    fc.tuple(tie("block"), tie("block")).map(([one, other]) => [...one, ...other]),
    tie("block").map(([first = "", ...rest]) => [`- ${first}`, ...rest.map((line) => `  ${line}`)]),
    tie("block").map((lines) => ["# first", ...lines, "", "  # last"]),
  ),
}));

describe("the quick reader of YAML", () => {
  it("reads any text as the parser does, or gives up", () => {
    fc.assert(
      fc.property(anything, (text) => void assertSame(text)),
      { numRuns: 20_000 },
    );
  });

  it("reads well-made texts as the parser does", () => {
    let read = 0;
    fc.assert(
      fc.property(block, (lines) => void (read += Number(assertSame(lines.join("\n"))))),
      { numRuns: 5_000 },
    );
    assert.ok(read > 1_500, `it read ${read}`);
  });

  it("reads texts of one wrong character as the parser does, or gives up", () => {
    const wrong = fc.constantFrom(...` :-#'"\n{},[]x.1`.split(""), "");
    fc.assert(
      fc.property(block, fc.nat(), fc.nat(2), wrong, (lines, at, length, character) => {
        const text = lines.join("\n");
        const index = at % (text.length + 1);
        assertSame(text.slice(0, index) + character + text.slice(index + length));
      }),
      { numRuns: 10_000 },
    );
  });

  const long = (lines: number) => Array.from({ length: lines }, (_, line) => `key-${line}: value of it`).join("\n");

  it("reads a long text as the parser does", () => assert.ok(assertSame(long(20_000))));

  it("leaves a text of more values than any config has to the parser, which reads no further", () =>
    assert.equal(readQuickly(long(60_000)), null));

  it("reads most of the configs of the tests, all as the parser does", () => {
    const folder = join(TOP, "test");
    const all = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => /\.ya?ml$/.test(name));
    // The trees of test/images are no configs.
    const names = all.filter((name) => !name.endsWith("/image.yaml"));
    const read = names.filter((name) => assertSame(readFileSync(join(folder, name), "utf8")));
    assert.ok(names.length > 30 && read.length > names.length / 2, `it read ${read.length} of ${names.length}`);
  });

  it("reads each config that init writes", () => {
    const folder = join(TOP, "test/images");
    const images = readdirSync(folder);
    assert.ok(images.length > 5);
    for (const name of images.filter((image) => image !== "empty"))
      assert.ok(assertSame(readFileSync(join(folder, name, "expected.yaml"), "utf8")), name);
  });

  for (const text of [
    "a: &x 1\nb: *x",
    "a: |\n  text",
    "a: !!str 1",
    'a: "b\\n"',
    "a: 'it''s'",
    "a: one\n  two",
    "a:\nb: 1",
    "? a\n: b",
    "--- \na: 1",
    "a: 0644",
    "a: 1e3",
    "a: ü",
    "- - a",
    "{ a: 1 }",
    "a: {b: [1,\n 2]}",
    "",
    "# nothing",
  ])
    it(`leaves ${JSON.stringify(text)} to the parser`, () => assert.equal(readQuickly(text), null));

  for (const text of [
    "a: b: c",
    "a: 1\n  b: 2",
    "a: [1",
    "a: 'x",
    "a:\n   b: 1\n  c: 2",
    "\ta: 1",
    "a: 1\n---\nb: 2",
    "- a\nb: 1",
  ])
    it(`leaves ${JSON.stringify(text)} to the parser to refuse`, () => {
      assert.equal(typeof parse(text), "string");
      assert.equal(readQuickly(text), null);
    });
});
