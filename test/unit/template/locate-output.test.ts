import assert from "node:assert/strict";
import { formatProblem } from "../../../agent/refusal.ts";
import { renderTemplate } from "../../../agent/template/render-template.ts";
import { contextOf } from "../support/context-of.ts";

function problemsOf(source: string, partial = ""): string[] {
  const rendered = renderTemplate({
    source,
    file: "app.json.hbs",
    format: "json",
    context: contextOf({ vars: { list: ["a", "b"], on: true } }),
    secretValuesAllowed: false,
    partials: new Map([["part", { file: "part.hbs", source: partial }]]),
  });
  return rendered.kind === "broken" ? rendered.problems.map(formatProblem) : [];
}

const FIX = "Correct the template; if the file is of another format, say so with format:.";

describe("the place of what is malformed", () => {
  it("is the line of the template, though tags and comments before it leave no line in the file", () => {
    const source =
      '{{!-- a\ncomment --}}\n{\n{{#if vars.on}}\n{{#each vars.list}}\n  "{{this}}": 1,\n{{/each}}\n{{/if}}\n}\n';
    assert.deepEqual(problemsOf(source), [
      `app.json.hbs:9: what it renders to is not valid json: a key is expected here (line 4 of the file). ${FIX}`,
    ]);
  });

  it("is the line of the value where that is what is wrong", () => {
    assert.deepEqual(problemsOf('{\n  "a": x{{vars.on}}\n}\n'), [
      `app.json.hbs:2: what it renders to is not valid json: JSON does not know this word (line 2 of the file). ${FIX}`,
    ]);
  });

  it("is the line of the partial that it comes from", () => {
    assert.deepEqual(problemsOf("{\n{{> part}}\n}\n", '"a":\n 1\n "b": 2\n'), [
      `part.hbs:3: what it renders to is not valid json: a comma or the end is expected here (line 4 of the file) (included at app.json.hbs:2:1). ${FIX}`,
    ]);
  });
});
