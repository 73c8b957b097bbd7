// What golden folders cannot say: markers, sizes, depths, and that Handlebars is left as it was found.

import assert from "node:assert/strict";
import fc from "fast-check";
import Handlebars from "handlebars";
import { formatProblem } from "../../../agent/refusal.ts";
import { renderTemplate } from "../../../agent/template/render-template.ts";
import { Written } from "../../../agent/written.ts";
import { assertWithin } from "../../support/slowness.ts";
import { contextOf, type DescribedContext } from "../support/context-of.ts";
import { hostileText } from "../support/hostile.ts";
import { plainText } from "../support/plain-text.ts";
import { templateSoup } from "../support/template-soup.ts";

function render(source: string, described: DescribedContext = {}, file = "a.txt.hbs"): string | string[] {
  const context = contextOf(described);
  const rendered = renderTemplate({ source, file, format: "text", context, secretValuesAllowed: true });
  return rendered.kind === "broken" ? rendered.problems.map(formatProblem) : plainText(rendered.content);
}

const MISSING = /undefined|\[object|NaN|Infinity/;
const TOO_DEEP = "a.txt.hbs: blocks or parentheses are nested more than 200 deep. Make the template flatter.";

describe("renderTemplate", () => {
  it("refuses a template that holds the markers", () => {
    assert.deepEqual(render("a\n b\uE0000\uE001"), [
      "a.txt.hbs:2:3: the characters U+E000 and U+E001 are for parbake's own use. Take them out.",
    ]);
  });

  it("prints a value that looks like a marker as it is", () => {
    assert.equal(render("{{vars.b}}{{vars.a}}", { vars: { a: "\uE0000\uE001", b: "b" } }), "b\uE0000\uE001");
  });

  for (const [title, source, printed] of [
    [
      "a loop over a list of maps within a loop over the same",
      "{{#each vars.hosts}}{{#each ../vars.hosts}}{{#if (ne name ../name)}}{{../name}}>{{name}} {{/if}}{{/each}}{{/each}}",
      "a>b b>a ",
    ],
    [
      "a loop over texts within a loop over the same",
      "{{#each vars.list}}{{#each ../vars.list}}{{..}}{{this}}{{../../vars.t}} {{/each}}{{/each}}",
      "xxt xyt yxt yyt ",
    ],
    [
      "#with of what is entered already",
      "{{#each vars.hosts}}{{#each on}}{{#with this}}{{..}}{{../../name}} {{/with}}{{/each}}{{/each}}",
      "xa xb yb ",
    ],
    [
      "block parameters, conditions and helpers",
      "{{#each vars.hosts as |h|}}{{#each on as |o|}}{{#if (eq o (lower ../on.[0]))}}{{h.name}}{{../name}}{{/if}}{{/each}}{{/each}}",
      "aabb",
    ],
    [
      "the else of a loop",
      "{{#each vars.list}}{{#each (split '' ',')}}{{else}}{{this}}{{../vars.t}}{{/each}}{{/each}}",
      "xtyt",
    ],
  ] as const) {
    it(`has ../ lead to the block around, whatever it is about: ${title}`, () => {
      const hosts = [
        { name: "a", on: ["x"] },
        { name: "b", on: ["x", "y"] },
      ];
      assert.equal(render(source, { vars: { hosts, list: ["x", "y"], t: "t" } }), printed);
    });
  }

  it("knows no loop of #with for @../index to lead to", () => {
    assert.deepEqual(
      render("{{#each vars.l}}{{#with this}}{{#if @../first}}a{{/if}}{{/with}}{{/each}}", { vars: { l: ["x"] } }),
      [
        "a.txt.hbs:1:37: @../first is not known here. Inside #each there are @key, @index, @first and @last; @root is everywhere.",
      ],
    );
  });

  it("does not enter what the config has as false", () => {
    const vars = { no: new Written("False", false), zero: new Written("0", 0) };
    assert.equal(render("{{#with vars.no}}a{{else}}b{{/with}}{{#with vars.zero}}{{this}}{{/with}}", { vars }), "b0");
  });

  it("never substitutes inside a value that was printed", () => {
    assert.equal(render("{{vars.a}}", { vars: { a: "{{vars.b}} {{{x}}}", b: "b" } }), "{{vars.b}} {{{x}}}");
  });

  it("prints nothing but the text of a template without values, whatever it is", () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        fc.pre(!/[\uE000\uE001]|\{\{|\\/.test(text));
        const context = contextOf({});
        const rendered = renderTemplate({
          source: text,
          file: "a.txt.hbs",
          format: "text",
          keepsLineEnds: true,
          context,
          secretValuesAllowed: true,
        });
        assert.equal(rendered.kind === "rendered" && plainText(rendered.content), text);
      }),
    );
  });

  it("prints any one-line value in a text file as it is", () => {
    fc.assert(
      fc.property(hostileText, (value) => {
        // oxlint-disable-next-line no-control-regex -- what a text file refuses
        fc.pre(!/[\u0000-\u0008\n-\u001f\u007f]/.test(value));
        assert.equal(render("<{{vars.value}}>", { vars: { value } }), `<${value}>`);
      }),
    );
  });

  it("refuses blocks nested deeper than any stack allows, without a crash", () => {
    const deep = "{{#if facts.vcpus}}".repeat(20_000) + "{{/if}}".repeat(20_000);
    assert.deepEqual(render(deep), [TOO_DEEP]);
  });

  it("takes blocks that are nested but not deep", () => {
    assert.equal(render("{{#if facts.vcpus}}".repeat(200) + "x" + "{{/if}}".repeat(200)), "x");
  });

  it("refuses subexpressions and else-ifs nested without end, at once", () => {
    const startMs = performance.now();
    assert.deepEqual(render(`{{add 1 ${"(add 1 ".repeat(20_000)}1${")".repeat(20_000)}}}`), [TOO_DEEP]);
    assert.deepEqual(render(`{{#if false}}${"{{else if false}}".repeat(20_000)}{{/if}}`), [TOO_DEEP]);
    assertWithin(5_000, performance.now() - startMs);
  });

  it("refuses a template of more than 1 MiB", () => {
    assert.deepEqual(render("x".repeat(2 ** 20 + 1)), [
      "a.txt.hbs: the template is longer than 1 MiB. Split it, or copy what never varies into the image.",
    ]);
  });

  it("stops loops that print without end", () => {
    const vars = { list: Array.from({ length: 100 }, () => "x") };
    const loops = "{{#each @root.vars.list}}".repeat(4) + "{{this}}" + "{{/each}}".repeat(4);
    assert.deepEqual(render(loops, { vars }), [
      "a.txt.hbs:1:101: it prints more than 100000 values. Make its loops shorter.",
    ]);
  });

  it("does not let a value's own properties do anything", () => {
    const vars = { a: { toHTML: "x", toString: "y", length: 3 }, b: "z" };
    assert.equal(render("{{vars.b}}{{vars.a.length}}", { vars }), "z3");
    assert.deepEqual(render("{{vars.a.toString}}", { vars }), [
      "a.txt.hbs:1:3: vars.a.toString leads into JavaScript ('toString'). Use another name.",
    ]);
  });

  it("renders or refuses any soup of braces, and any tree of blocks, helpers and names, and prints nothing that is missing", () => {
    const vars = { a: "A", n: 3, list: [1, "b"], none: null, map: { x: [true] } };
    const context = contextOf({ vars, secrets: { db: { p: "/p" } } });
    const input = { file: "a.txt.hbs", format: "text", context, secretValuesAllowed: true } as const;
    fc.assert(
      fc.property(templateSoup, (source) => {
        const rendered = renderTemplate({ ...input, source });
        if (rendered.kind === "broken") {
          assert.ok(rendered.problems.length > 0);
          assert.ok(rendered.problems.every(({ at }) => at?.file === "a.txt.hbs" && (at.line ?? 1) > 0));
        } else assert.doesNotMatch(rendered.content.filter((part) => typeof part === "string").join(""), MISSING);
      }),
      { numRuns: 1_500 },
    );
  });

  it("leaves the Handlebars that others use unchanged", () => {
    const before = { escape: Handlebars.Utils.escapeExpression, helpers: Object.keys(Handlebars.helpers) };
    render("{{add 1 2}}{{vars.a}}", { vars: { a: "<" } });
    assert.equal(Handlebars.Utils.escapeExpression, before.escape);
    assert.deepEqual(Object.keys(Handlebars.helpers), before.helpers);
    assert.equal(Handlebars.compile("{{a}}")({ a: "<" }), "&lt;");
  });
});
