// The files that the compiled binary makes of the ready templates, by the config that each template shows at its head.

import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { BINARY } from "../../binary/support/scratch-image.ts";
import { run } from "../../e2e/support/command.ts";
import {
  parseExample,
  readExamples,
  TEMPLATES_FOLDER,
  type ParsedExample,
} from "../../unit/support/ready-templates.ts";
import type { Programs } from "./open-programs.ts";
import type { Size } from "./tune.ts";

export interface ReadyFile {
  readonly path: string;
  readonly text: string;
  /** argv; `{}` stands for the file. Null: the template shows none. */
  readonly validate: readonly string[] | null;
}

interface PlanJson {
  readonly plans: readonly [{ readonly steps: readonly StepJson[] }];
}

interface StepJson {
  readonly path: string;
  readonly template: string;
  readonly content: readonly string[];
  readonly validate: readonly string[] | null;
}

/** What `template` shows for Debian; the first of all where it shows none. */
export function exampleOf(template: string): ParsedExample {
  const examples = readExamples(template);
  return parseExample(examples.find(({ systems }) => systems.includes("Debian 12")) ?? examples[0]!);
}

/** Planned by dist/parbake for a machine of this size. */
export async function renderReady(template: string, { memory, vcpus }: Size): Promise<ReadyFile> {
  const folder = await mkdtemp(join(tmpdir(), "parbake-ready-"));
  try {
    const config = writeConfig(folder, [exampleOf(template)]);
    const machine = ["--memory", memory, "--cpus", String(vcpus)];
    const document = await run([BINARY, "plan", "--config", config, "--root", folder, ...machine, "--json"]);
    const [{ steps }] = (JSON.parse(document) as PlanJson).plans;
    const step = steps.find((one) => one.template === template);
    if (!step) throw new Error(`no step for ${template} in ${document}`);
    return { path: step.path, text: step.content.join(""), validate: step.validate };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Each example in a file of parbake.d, all templates beside it. Returns the config's path. */
export function writeConfig(root: string, examples: readonly ParsedExample[]): string {
  const folder = join(root, "etc/parbake");
  mkdirSync(join(folder, "parbake.d"), { recursive: true });
  cpSync(TEMPLATES_FOLDER, join(folder, "templates"), { recursive: true });
  for (const [index, { yaml }] of examples.entries())
    writeFileSync(join(folder, "parbake.d", `${10 + index}.yaml`), yaml);
  const config = join(folder, "parbake.yaml");
  writeFileSync(config, "imds: optional\n");
  return config;
}

/** Where the program looks for it. */
export async function placeFile({ root }: Programs, { path, text }: Omit<ReadyFile, "validate">): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
  await chmod(join(root, path), 0o644);
}

export function commandFor({ validate, path }: ReadyFile): readonly string[] {
  if (validate === null) throw new Error(`${path} has no validator`);
  return validate.map((word) => word.replaceAll("{}", path));
}
