// Each folder of test/golden is one case. With a parbake.yaml it is a whole image: config and templates, the tree of files that
// they become (expected/), and the warnings. Else it is one template, what it sees (context.json), and what comes of it.

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readConfig } from "../../../agent/config/read/read-config.ts";
import type { ContentPart } from "../../../agent/formats/content.ts";
import { buildPlan } from "../../../agent/plan/build-plan.ts";
import type { FileStep, Plan } from "../../../agent/plan/plan.ts";
import { formatProblem, Refusal, type Problem } from "../../../agent/refusal.ts";
import { renderTemplate } from "../../../agent/template/render-template.ts";
import { contextOf } from "../support/context-of.ts";
import { formatOf } from "../support/format-of.ts";
import { SOME_FACTS } from "../support/some-facts.ts";
import { trustingInputs } from "../support/trusting.ts";

const GOLDEN = join(import.meta.dirname, "../../golden");

describe("golden", () => {
  for (const name of readdirSync(GOLDEN)) {
    const folder = join(GOLDEN, name);
    it(name, () => (existsSync(join(folder, "parbake.yaml")) ? checkImage(folder) : checkTemplate(folder)));
  }
});

function checkTemplate(folder: string): void {
  const read = (file: string) => readFileSync(join(folder, file), "utf8");
  const file = readdirSync(folder).find((entry) => entry.endsWith(".hbs"))!;
  const described = JSON.parse(read("context.json"));
  const rendered = renderTemplate({
    source: read(file),
    file,
    format: formatOf(file),
    context: contextOf(described),
    secretValuesAllowed: described.secretValuesAllowed === true,
  });
  if (existsSync(join(folder, "expected.txt"))) {
    assert.deepEqual(rendered.kind === "broken" ? rendered.problems.map(formatProblem) : [], []);
    assert.equal(rendered.kind === "rendered" && textOf(rendered.content), read("expected.txt"));
  } else {
    const problems = rendered.kind === "broken" ? rendered.problems : [];
    assert.equal(problems.map((problem) => `${formatProblem(problem)}\n`).join(""), read("expected-problems.txt"));
  }
}

function checkImage(folder: string): void {
  const planned = planImage(folder);
  const refused = join(folder, "expected-problems.txt");
  if (existsSync(refused)) {
    assert.ok("problems" in planned, "it is refused");
    assert.equal(listProblems(planned.problems, folder), readFileSync(refused, "utf8"));
    return;
  }
  assert.ok("plan" in planned, "problems" in planned ? listProblems(planned.problems, folder) : "");
  const steps = planned.plan.steps.filter((step) => step.kind === "file");
  const expected = readTree(join(folder, "expected"));
  assert.deepEqual(Object.fromEntries(steps.map((step) => [step.path, textOf(step.content)])), expected);
  const expectedSteps = readIfThere(join(folder, "expected-steps.txt"));
  if (expectedSteps !== null) assert.equal(steps.map(describeStep).join(""), expectedSteps);
  assert.equal(listProblems(planned.plan.warnings, folder), readIfThere(join(folder, "expected-warnings.txt")) ?? "");
}

function planImage(folder: string): { readonly plan: Plan } | { readonly problems: readonly Problem[] } {
  try {
    const { config, templates } = readConfig(join(folder, "parbake.yaml"), "/", trustingInputs("/"));
    const built = buildPlan({ config, facts: SOME_FACTS, templates });
    return built.kind === "plan" ? built : { problems: built.problems };
  } catch (error) {
    if (error instanceof Refusal) return { problems: error.problems };
    throw error;
  }
}

function listProblems(problems: readonly Problem[], folder: string): string {
  return problems
    .map((problem) => `${formatProblem(problem)}\n`)
    .join("")
    .replaceAll(`${folder}/`, "");
}

/** All that a step says beside its text. */
function describeStep(step: FileStep): string {
  return `${JSON.stringify({ ...step, kind: undefined, content: undefined, at: undefined })}\n`;
}

function readTree(folder: string): Record<string, string> {
  if (!existsSync(folder)) return {};
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map(({ parentPath, name }) => join(parentPath, name));
  return Object.fromEntries(paths.map((path) => [path.slice(folder.length), readFileSync(path, "utf8")]));
}

function readIfThere(file: string): string | null {
  return existsSync(file) ? readFileSync(file, "utf8") : null;
}

/** References are shown as `[secret db.password, env, alone]`, with the type that the value must have. */
function textOf(content: readonly ContentPart[]): string {
  return content
    .map((part) =>
      typeof part === "string"
        ? part
        : `[secret ${[`${part.reference.secret}.${part.reference.key}`, part.format, part.place, part.type ?? []].flat().join(", ")}]`,
    )
    .join("");
}
