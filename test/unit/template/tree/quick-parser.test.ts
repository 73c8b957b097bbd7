// What the quick parser reads, Handlebars' parser reads to the same tree, at the same places; it gives up on the rest.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { parseWithoutProcessing } from "../../../../agent/template/tree/handlebars-parser.ts";
import { parseQuickly } from "../../../../agent/template/tree/quick-parser.ts";
import { TOP } from "../../../../scripts/building/build-pinned-node.ts";

/** Of places, only where a node begins is ever used, and of a program not even that. */
function comparable(tree: unknown): unknown {
  return JSON.parse(
    JSON.stringify(tree, function (this: { type?: string }, key, value: unknown) {
      if (key === "end" || (key === "loc" && this.type === "Program")) return undefined;
      return value;
    }),
  );
}

function parseByHandlebars(source: string): unknown {
  try {
    return comparable(parseWithoutProcessing(source, { srcName: "file" }));
  } catch {
    return "refused";
  }
}

/** @returns whether it was read */
function assertSame(source: string): boolean {
  const quick = parseQuickly(source, "file");
  if (quick === null) return false;
  assert.deepEqual(comparable(quick), parseByHandlebars(source), JSON.stringify(source));
  return true;
}

const PIECES = [
  "{{ }} { } {{{ }}} {{{{ }}}} {{~ ~}} {{else}} {{~else~}} {{else}}} {{/if}} {{/x}} {{~/if~}} {{! }} {{!-- --}} {{!--}}",
  "# > / ^ & ! !-- --}} else * | @ @a .. . ../ ./ = ( ) [ ] [a] \" ' \\ - -1 0 1.5 12 a.b a/b a.1 this this.a ../a a.. a=1",
  "true false undefined null trues as ask a if x é \u{1f600} \"s\" 't' (x (y)a) (x) {{x}} {{x}} {{#if {{#if {{#x {{> {{>a}}",
]
  .flatMap((line) => line.split(" "))
  .concat([
    "{{ else }}",
    "{{else if a}}",
    "{{else x y as |z|}}",
    "as |x|",
    " as |a b|}}",
    "{{#each a as |b|}}",
    '"a b"',
  ])
  .concat(["\n", "\n", "text", "\t", "\r\n", "\u00a0", "\u2028", " ", " ", " "]);

const anything = fc.array(fc.constantFrom(...PIECES), { maxLength: 16 }).map((pieces) => pieces.join(""));

const blanks = fc.constantFrom("", " ", "\n", "  ");
const path = fc.constantFrom(
  "a",
  "a.b",
  "this",
  ".",
  "..",
  "../a.b",
  "@index",
  "@root.a",
  "if",
  "true",
  "12",
  '"s t"',
  "é-ß",
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    path,
    fc
      .tuple(path, fc.array(tie("value"), { maxLength: 2 }), blanks)
      .map(([head, values, blank]) => `(${head} ${values.join(" ")}${blank})`),
  ),
}));
const tilde = fc.constantFrom("", "", "~");
const call = fc.tuple(path, fc.array(value, { maxLength: 2 })).map((words) => words.flat().join(" "));
const { template } = fc.letrec((tie) => ({
  template: fc.array(tie("statement"), { maxLength: 4 }).map((statements) => statements.join("")),
  statement: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom("text", "\n", "  ", "a\n\n", "}"),
    fc.tuple(tilde, blanks, call, blanks, tilde).map((parts) => `{{${parts.join("")}}}`),
    fc.constantFrom("{{! a }}", "{{!-- }} --}}", "{{~!-- b --~}}", "{{!}}", "{{!--}}"),
    fc.tuple(tilde, blanks, path, tilde).map(([open, blank, name, close]) => `{{${open}>${blank}${name}${close}}}`),
    fc
      .tuple(path, call, fc.constantFrom("", " as |x|", " as | y z |"), tie("template"), tie("rest"), tilde, tilde)
      .map(([name, of, names, body, rest, open, close]) => {
        const head = `${name} ${of}${names}`;
        return `{{${open}#${head}${close}}}${String(body)}${String(rest)}{{${close}/${name}${open}}}`;
      }),
  ),
  rest: fc.oneof(
    { depthSize: "small" },
    fc.constant(""),
    fc
      .tuple(tilde, blanks, tie("template"))
      .map(([flag, blank, body]) => `{{${flag}${blank}else${flag}}}${String(body)}`),
    fc
      .tuple(tilde, call, tie("template"), tie("rest"))
      .map(([flag, of, body, rest]) => `{{${flag}else if ${of}}}${String(body)}${String(rest)}`),
  ),
}));

describe("the quick parser", () => {
  it("reads any text as Handlebars does, or gives up", () => {
    fc.assert(
      fc.property(anything, (source) => void assertSame(source)),
      { numRuns: 20_000 },
    );
  });

  it("reads well-made templates as Handlebars does", () => {
    let read = 0;
    fc.assert(
      fc.property(template, (source) => void (read += Number(assertSame(source)))),
      { numRuns: 3_000 },
    );
    assert.ok(read > 1_500, `it read ${read}`);
  });

  it("reads templates of one wrong character as Handlebars does, or gives up", () => {
    const wrong = fc.constantFrom(...` {}~#/>!.()@|"'=x1\n`.split(""), "");
    fc.assert(
      fc.property(template, fc.nat(), fc.nat(2), wrong, (source, at, length, character) => {
        const index = at % (source.length + 1);
        assertSame(source.slice(0, index) + character + source.slice(index + length));
      }),
      { numRuns: 10_000 },
    );
  });

  it("reads every template that parbake brings", () => {
    const folder = join(TOP, "templates");
    const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".hbs"));
    assert.ok(names.length > 30);
    const given = names.filter((name) => !assertSame(readFileSync(join(folder, name), "utf8")));
    assert.deepEqual(given, []);
  });

  it("reads the templates of the golden cases as Handlebars does, or gives up", () => {
    const folder = join(TOP, "test/golden");
    const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".hbs"));
    const read = names.filter((name) => assertSame(readFileSync(join(folder, name), "utf8")));
    assert.ok(names.length > 90 && read.length > names.length / 2, `it read ${read.length} of ${names.length}`);
  });

  for (const source of [
    "{{{a}}}",
    "{{&a}}",
    "{{^a}}b{{/a}}",
    "{{#if a}}b{{^}}c{{/if}}",
    "{{{{raw}}}}{{a}}{{{{/raw}}}}",
    "{{a b=1}}",
    "{{#> a}}b{{/a}}",
    "{{* a}}",
    "\\{{a}}",
    "a\r\n{{b}}",
    "{{[a b]}}",
  ])
    it(`leaves ${JSON.stringify(source)} to Handlebars`, () => {
      assert.notEqual(parseByHandlebars(source), "refused");
      assert.equal(parseQuickly(source, "file"), null);
    });

  for (const source of [
    "{{",
    "{{a",
    "{{#if a}}",
    "{{/if}}",
    "{{else}}",
    "{{#if a}}{{/each}}",
    "{{a/../b}}",
    "{{a.1}}",
    "{{as |x|}}",
  ])
    it(`leaves ${JSON.stringify(source)} to Handlebars to refuse`, () => {
      assert.equal(parseByHandlebars(source), "refused");
      assert.equal(parseQuickly(source, "file"), null);
    });
});
