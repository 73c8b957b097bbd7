// Templates that nest, loop and print without end: each is refused, and none exhausts the stack or the memory.

import assert from "node:assert/strict";
import { formatProblem } from "../../../agent/refusal.ts";
import { renderTemplate } from "../../../agent/template/render-template.ts";
import { contextOf } from "../support/context-of.ts";
import { plainText } from "../support/plain-text.ts";

const DEPTH = 3000;
const TOO_DEEP = "t.hbs: blocks or parentheses are nested more than 200 deep. Make the template flatter.";

function render(source: string, vars: Readonly<Record<string, unknown>> = {}): string {
  const context = contextOf({ vars });
  const rendered = renderTemplate({ source, file: "t.hbs", format: "text", context, secretValuesAllowed: false });
  return rendered.kind === "broken" ? rendered.problems.map(formatProblem).join("\n") : plainText(rendered.content);
}

describe("a template that nests", () => {
  const blocks: readonly (readonly [what: string, open: string, close: string])[] = [
    ["blocks", "{{#if vars.a}}", "{{/if}}"],
    ["inverse blocks", "{{^if vars.a}}", "{{/if}}"],
    ["partial blocks", "{{#> a}}", "{{/a}}"],
    ["inline partials", '{{#*inline "a"}}', "{{/inline}}"],
    ["blocks of data", "{{#@a}}", "{{/@a}}"],
    ["blocks in brackets", "{{#[a]}}", "{{/[a]}}"],
    ["blocks behind a backslash that is escaped", "\\\\{{#if vars.a}}", "{{/if}}"],
    ["else-ifs", "{{#if vars.a}}{{else if vars.a}}", "{{/if}}"],
  ];
  for (const [what, open, close] of blocks) {
    it(`${what} too deep is refused`, () => assert.equal(render(open.repeat(DEPTH) + close.repeat(DEPTH)), TOO_DEEP));
  }

  for (const before of ['"}"', "'}'", "[}]", '"\\"}"', "1"]) {
    it(`parentheses too deep after ${before} is refused`, () =>
      assert.equal(render(`{{add ${before} ${"(add 1 ".repeat(DEPTH)}1${")".repeat(DEPTH)}}}`), TOO_DEEP));
  }

  it("only in text, behind a backslash, is no block", () => {
    assert.equal(render("\\{{#if x}} ".repeat(300)), "{{#if x}} ".repeat(300));
  });

  it("with {{^}} and {{else}} many times over, side by side, is not deep", () => {
    const source = "{{#if vars.a}}x{{^}}y{{/if}}{{#if vars.a}}x{{else}}y{{/if}}".repeat(250);
    assert.equal(render(source, { a: false }), "yy".repeat(250));
  });
});

describe("a template that loops", () => {
  it("in a loop more than a million times is refused, though it prints nothing", () => {
    const vars = { list: Array.from({ length: 1001 }, () => "x") };
    assert.equal(
      render("{{#each vars.list}}{{#each ../vars.list}}{{/each}}{{/each}}", vars),
      "t.hbs:1:20: its loops turn more than 1000000 times. Make the lists that they go over shorter.",
    );
  });

  it("over more than ten million tags is refused, though it turns less often", () => {
    const vars = { list: Array.from({ length: 900 }, () => "x") };
    assert.equal(
      render(
        `{{#each vars.list}}{{#each ../vars.list}}${"{{#if @root.vars.no}}{{/if}}".repeat(20)}{{/each}}{{/each}}`,
        {
          ...vars,
          no: false,
        },
      ),
      "t.hbs:1:20: its loops go through more than 10000000 texts and tags. Make the lists that they go over shorter.",
    );
  });

  it("over a long text more than 16 Mi of characters is refused", () => {
    const vars = { text: "x".repeat(2 ** 20), list: Array.from({ length: 17 }, () => "x") };
    assert.equal(
      render("{{#each vars.list}}{{../vars.text}}{{/each}}", vars),
      "t.hbs:1:20: it prints more than 16777216 characters. Print less, or print it fewer times.",
    );
  });
});
