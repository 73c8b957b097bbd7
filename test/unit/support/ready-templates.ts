// The templates that parbake ships, and the config that each shows at its head to be pasted: what is tested is what people read.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../../../agent/config/config.ts";
import { parseConfig } from "../../../agent/config/read/parse-config.ts";
import { readTemplates } from "../../../agent/config/read/read-templates.ts";
import { formatProblem } from "../../../agent/refusal.ts";
import { trustingInputs } from "./trusting.ts";

export const TEMPLATES_FOLDER = join(import.meta.dirname, "../../../templates");

/** One block of config at the head of a template. */
interface Example {
  readonly template: string;
  /** What stands above it: `Debian 12 and Amazon Linux 2023, with …:`. Empty for the templates of secrets. */
  readonly systems: string;
  readonly yaml: string;
}

export interface ParsedExample extends Example {
  readonly config: Config;
  readonly templates: ReadonlyMap<string, string | null>;
}

export function listReadyTemplates(): readonly string[] {
  const names = readdirSync(TEMPLATES_FOLDER, { recursive: true, encoding: "utf8" });
  return names.filter((name) => name.endsWith(".hbs")).toSorted();
}

export function readHead(template: string): string {
  const text = readFileSync(join(TEMPLATES_FOLDER, template), "utf8");
  const head = /^\{\{!--\n(.*?)\n--\}\}\n/s.exec(text);
  if (!head) throw new Error(`${template} has no comment at its head`);
  return head[1]!;
}

/** The indented blocks, each with the line above it. */
export function readExamples(template: string): readonly Example[] {
  const paragraphs = readHead(template).split("\n\n");
  return paragraphs.flatMap((paragraph, index) => {
    if (!paragraph.startsWith("  ")) return [];
    const above = paragraphs[index - 1]!;
    const systems = above.endsWith(":") ? above.replaceAll("\n", " ") : "";
    return [{ template, systems, yaml: `${paragraph.replaceAll(/^ {2}/gm, "")}\n` }];
  });
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
