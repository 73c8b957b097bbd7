// The templates that parbake ships, and the config that each shows at its head to be pasted: what is tested is what people read.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../../../agent/config/config.ts";
import { parseConfig } from "../../../agent/config/read/parse-config.ts";
import { readTemplates } from "../../../agent/config/read/read-templates.ts";
import {
  readExamples as readExamplesOf,
  readHead as readHeadOf,
  type Example,
} from "../../../agent/init/head-examples.ts";
import { formatProblem } from "../../../agent/refusal.ts";
import { trustingInputs } from "./trusting.ts";

export const TEMPLATES_FOLDER = join(import.meta.dirname, "../../../templates");

export interface ParsedExample extends Example {
  readonly config: Config;
  readonly templates: ReadonlyMap<string, string | null>;
}

export function listReadyTemplates(): readonly string[] {
  const names = readdirSync(TEMPLATES_FOLDER, { recursive: true, encoding: "utf8" });
  return names.filter((name) => name.endsWith(".hbs")).toSorted();
}

export function readHead(template: string): string {
  return readHeadOf(template, readTemplate(template));
}

export function readExamples(template: string): readonly Example[] {
  return readExamplesOf(template, readTemplate(template));
}

function readTemplate(template: string): string {
  return readFileSync(join(TEMPLATES_FOLDER, template), "utf8");
}

/** As if the block were pasted into an empty parbake.yaml. */
export function parseExample(example: Example): ParsedExample {
  const parsed = parseConfig([{ file: `the head of ${example.template}`, text: example.yaml }], (_, named) =>
    readTemplates(TEMPLATES_FOLDER, named, trustingInputs("/")),
  );
  if (parsed.kind === "problems") throw new Error(parsed.problems.map(formatProblem).join("\n"));
  return { ...example, config: parsed.config, templates: parsed.templates };
}

export function parseAllExamples(): readonly ParsedExample[] {
  return listReadyTemplates().flatMap(readExamples).map(parseExample);
}
