// Every config that the source tree has: files, blocks of the documents, heads of the templates, and texts in the tests' own code.

import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { listReadyTemplates, readExamples } from "../../support/ready-templates.ts";

export interface Sample {
  readonly from: string;
  readonly text: string;
}

const TOP = join(import.meta.dirname, "../../../..");
const KEY = /^(?:imds|launchOn|reserve|apps|secrets|aws|files|folders|metrics|maxImageAge|seal|vars):/m;

/** A block that shows only one part is a config with an app. */
function complete(text: string): string {
  return /^(?:apps|secrets|files):/m.test(text) ? text : `apps: { a: { profile: nginx } }\n${text}`;
}

const find = (...patterns: string[]): string[] => globSync(patterns, { cwd: TOP });
const read = (path: string): string => readFileSync(join(TOP, path), "utf8");

/** Whole files. Those of `parbake.d` are configs by themselves, too. */
export function listFiles(): Sample[] {
  const paths = find("test/**/parbake.yaml", "test/**/parbake.d/*.yaml", "test/images/*/expected.yaml");
  return paths.map((path) => ({ from: path, text: read(path) }));
}

export function listDocuments(): Sample[] {
  return find("*.md", "{agent,scripts,templates}/**/*.md").flatMap((page) =>
    [...read(page).matchAll(/^```yaml\n([^]*?)^```$/gm)].map(([, text]) => ({
      from: page,
      text: page.endsWith("MIXES.md") ? `apps:\n${text!.replaceAll(/^/gm, "  ")}` : complete(text!),
    })),
  );
}

export function listHeads(): Sample[] {
  return listReadyTemplates().flatMap((template) =>
    readExamples(template).map(({ systems, yaml }) => ({ from: `${template}, ${systems}`, text: yaml })),
  );
}

/** Literals of the tests, unless they are put together. */
export function listLiterals(): Sample[] {
  return find("test/**/*.ts").flatMap((path) =>
    [...read(path).matchAll(/`((?:[^`\\]|\\.)*)`|"((?:[^"\\\n]|\\.)*)"/g)]
      .map(([, long, short]) => ({ from: path, text: unescape(long ?? short ?? "") }))
      .filter(({ text }) => KEY.test(text) && !text.includes("${"))
      .map((sample) => ({ ...sample, text: complete(sample.text) })),
  );
}

function unescape(literal: string): string {
  return literal.replaceAll("\\n", "\n").replaceAll('\\"', '"').replaceAll("\\`", "`").replaceAll("\\\\", "\\");
}
