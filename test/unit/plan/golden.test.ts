// Each folder of test/golden is one case: a template, what it sees (context.json), and what comes of it.

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ContentPart } from "../../../agent/plan/plan.ts";
import { renderTemplate } from "../../../agent/plan/render-template.ts";
import { formatOf } from "../../../agent/plan/template-format.ts";
import { formatProblem } from "../../../agent/refusal.ts";
import { contextOf } from "./context-of.ts";

const GOLDEN = join(import.meta.dirname, "../../golden");

describe("golden templates", () => {
  for (const name of readdirSync(GOLDEN)) {
    it(name, () => {
      const folder = join(GOLDEN, name);
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
    });
  }
});

/** References are shown as `[secret db.password, env, alone]`. */
function textOf(content: readonly ContentPart[]): string {
  return content
    .map((part) =>
      typeof part === "string"
        ? part
        : `[secret ${part.reference.secret}.${part.reference.key}, ${part.format}, ${part.place}]`,
    )
    .join("");
}
