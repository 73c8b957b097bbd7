// What golden folders cannot say of partials: bombs, depths, and that text is indented but values are not.

import assert from "node:assert/strict";
import { formatProblem } from "../../../../agent/refusal.ts";
import { renderTemplate } from "../../../../agent/template/render-template.ts";
import { assertWithin } from "../../../support/slowness.ts";
import { contextOf } from "../../support/context-of.ts";
import { plainText } from "../../support/plain-text.ts";

function render(source: string, partials: Readonly<Record<string, string>>, vars = {}): string | string[] {
  const texts = Object.entries(partials).map(([name, text]) => [name, { file: `${name}.hbs`, source: text }] as const);
  const rendered = renderTemplate({
    source,
    file: "a.txt.hbs",
    format: "text",
    context: contextOf({ vars }),
    secretValuesAllowed: true,
    partials: new Map(texts),
  });
  return rendered.kind === "broken" ? rendered.problems.map(formatProblem) : plainText(rendered.content);
}

function numbered(count: number, sourceOf: (index: number) => string): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`p${index}`, sourceOf(index)]));
}

describe("partials", () => {
  it("are indented like the line that they stand on, empty lines left alone", () => {
    const vars = { x: 1 };
    assert.equal(
      render("a:\n  {{> p}}\nb", { p: "c\n\n{{#if vars.x}}\n  {{vars.x}}\n{{/if}}\nd\n" }, vars),
      "a:\n  c\n\n    1\n  d\nb",
    );
  });

  it("keep their first line where it is empty", () => {
    assert.equal(render("{{> p}}\nb", { p: "\nc\n" }), "\nc\nb");
  });

  it("know what is around them: this, ../, @index and block parameters", () => {
    const source = "{{#each vars.list as |item|}}{{> p}}{{/each}}";
    assert.equal(
      render(source, { p: "{{@index}}{{item}}{{this}}{{../vars.x}} " }, { list: ["a", "b"], x: 1 }),
      "0aa1 1bb1 ",
    );
  });

  it("may stand in both branches, and be named by a text", () => {
    assert.equal(render('{{#if vars.x}}{{> "p"}}{{else}}{{> p}}{{/if}}', { p: "ok" }, { x: 0 }), "ok");
  });

  it("are refused where they multiply without end, at once", () => {
    const startMs = performance.now();
    const problems = render("{{> p0}}", { ...numbered(9, (index) => `{{> p${index + 1}}}`.repeat(8)), p9: "x" });
    assert.ok(Array.isArray(problems));
    assert.match(problems[0]!, /^p\d\.hbs:1:\d+: there are too many partials in one another \(included at /);
    assertWithin(5_000, performance.now() - startMs);
  });

  it("are refused where they are more than 1 MiB together", () => {
    const problems = render("{{> p}}{{> p}}{{> p}}", { p: "x".repeat(2 ** 19) });
    assert.deepEqual(problems, [
      "a.txt.hbs:1:15: there are too many partials in one another. At most 10 deep, 1000 in all, and 1 MiB together.",
    ]);
  });

  it("render as deep as they may be, and blocks are refused one deeper, those around the partials counted", () => {
    const nest = (inner: string) => "{{#if true}}".repeat(20) + inner + "{{/if}}".repeat(20);
    const partials = { ...numbered(9, (index) => nest(`{{> p${index + 1}}}`)), p9: "x" };
    assert.equal(render(nest("{{> p0}}"), partials), "x");
    assert.deepEqual(render(nest("{{> p0}}"), { ...partials, p9: "\n{{#if true}}x{{/if}}" }), [
      "p9.hbs:2:1: blocks are nested more than 200 deep, those around the partial counted (included at p8.hbs:1:241). Make the templates flatter.",
    ]);
  });

  it("are refused one deeper than they may be", () => {
    const problems = render("{{> p0}}", { ...numbered(10, (index) => `{{> p${index + 1}}}`), p10: "x" });
    assert.deepEqual(problems, [
      "p9.hbs:1:1: there are too many partials in one another (included at p8.hbs:1:1). At most 10 deep, 1000 in all, and 1 MiB together.",
    ]);
  });
});
