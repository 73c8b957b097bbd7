import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { parseConfig } from "../../agent/config/read/parse-config.ts";
import { factsForSize } from "../../agent/facts/predict-facts.ts";
import { buildPlan } from "../../agent/plan/build-plan.ts";
import type { FileStep } from "../../agent/plan/plan.ts";
import { formatProblem } from "../../agent/refusal.ts";
import { plainText } from "../unit/support/plain-text.ts";

const GIB = 2 ** 30;

const page = readFileSync(new URL("../../agent/tuning/CUSTOM.md", import.meta.url), "utf8");

/** A section with a config, a template and what comes of both. */
interface Example {
  readonly title: string;
  readonly config: string;
  readonly template: string;
  readonly rendered: string;
}

function readExamples(): readonly Example[] {
  return page.split(/^## /m).flatMap((section) => {
    const blocks = [...section.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, , text]) => text!);
    const [config, template, rendered] = blocks;
    const title = section.slice(0, section.indexOf("\n"));
    return config && template && rendered ? [{ title, config, template, rendered }] : [];
  });
}

/** By the real config, budget, profile and renderer. */
function render({ config, template }: Example, memoryBytes: number, vcpus: number): FileStep {
  const parsed = parseConfig([{ file: "parbake.yaml", text: config }], (folder, named) => ({
    folder,
    sources: new Map(named.map((name) => [name, template])),
  }));
  if (parsed.kind === "problems") throw new Error(parsed.problems.map(formatProblem).join("\n"));
  const { templates } = parsed;
  const result = buildPlan({ config: parsed.config, facts: factsForSize(memoryBytes, vcpus), templates });
  if (result.kind === "refused") throw new Error(result.problems.map(formatProblem).join("\n"));
  const step = result.plan.steps.find((each) => each.kind === "file");
  assert.ok(step);
  return step;
}

describe("the worked examples of custom", () => {
  const examples = readExamples();

  it("are Varnish, etcd and Tomcat", () =>
    assert.deepEqual(
      examples.map(({ title }) => title),
      ["Varnish", "etcd", "Tomcat"],
    ));
  for (const example of examples) {
    it(`give for ${example.title} what the page says`, () =>
      assert.equal(plainText(render(example, 4 * GIB, 2).content), example.rendered));
    it(`hold for ${example.title} on machines from 2 GiB to 24 TiB`, () => {
      for (const [gib, vcpus] of [
        [2, 1],
        [16, 64],
        [64, 2],
        [24_576, 896],
      ] as const)
        assert.doesNotMatch(plainText(render(example, gib * GIB, vcpus).content), /NaN|undefined|e\+/);
    });
  }
});
