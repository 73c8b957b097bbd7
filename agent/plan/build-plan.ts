// Config, facts and templates to the Plan, or to every problem that stands in its way. Pure.

import type { Config, FileConfig, SecretConfig } from "../config/config.ts";
import type { Facts } from "../facts/facts.ts";
import type { Problem, RefusalCode } from "../refusal.ts";
import { computeTuning } from "../tuning/compute-tuning.ts";
import type { FileStep, Plan, SecretStep } from "./plan.ts";
import { printsSecret } from "./select-steps.ts";
import { renderTemplate } from "./render-template.ts";
import { buildTemplateContext, secretPath } from "./template-context.ts";
import type { TemplateContext } from "./template-context.ts";
import { formatOf } from "./template-format.ts";

export interface PlanInput {
  readonly config: Config;
  readonly facts: Facts;
  /** By the name that `files[].template` uses; null: there is no such file. */
  readonly templates: ReadonlyMap<string, string | null>;
}

export type BuiltPlan =
  | { readonly kind: "plan"; readonly plan: Plan }
  | { readonly kind: "refused"; readonly code: RefusalCode; readonly problems: readonly Problem[] };

export function buildPlan({ config, facts, templates }: PlanInput): BuiltPlan {
  const tuning = computeTuning(config, facts);
  const { apps, absent } = tuning.kind === "tuned" ? tuning : { apps: null, absent: [] };
  const context = buildTemplateContext({ ...config, facts, apps, absent });
  const files = config.files.map((file) => buildFile(file, config, templates, context));

  const configProblems = [
    ...(tuning.kind === "impossible" ? tuning.problems : []),
    ...files.flatMap((file) => (file.kind === "misplaced" ? file.problems : [])),
  ];
  const templateProblems = files.flatMap((file) => (file.kind === "broken" ? file.problems : []));
  const problems = [...configProblems, ...templateProblems];
  if (tuning.kind === "impossible" || problems.length > 0) {
    return { kind: "refused", code: configProblems.length > 0 ? "config" : "data", problems };
  }
  const secretSteps = config.secrets.map((secret) => buildSecretStep(secret, config.secretsFolder));
  const fileSteps = files.flatMap((file) => (file.kind === "step" ? [file.step] : []));
  const steps = [...secretSteps, ...fileSteps];
  return {
    kind: "plan",
    plan: { schema: 1, facts, budget: tuning.budget, apps: tuning.apps, steps, secretsFolder: config.secretsFolder },
  };
}

type BuiltFile =
  | { readonly kind: "step"; readonly step: FileStep }
  /** The config is wrong about the file. */
  | { readonly kind: "misplaced"; readonly problems: readonly Problem[] }
  /** The template is wrong. */
  | { readonly kind: "broken"; readonly problems: readonly Problem[] };

function buildFile(
  file: FileConfig,
  config: Config,
  templates: ReadonlyMap<string, string | null>,
  context: TemplateContext,
): BuiltFile {
  const templatePath = `${config.templatesFolder.replace(/\/+$/, "")}/${file.template}`;
  const source = templates.get(file.template) ?? null;
  if (source === null)
    return misplaced(file, `there is no template ${templatePath}`, "Create it, or correct files[].template.");

  const secretValuesAllowed = isBelow(file.path, config.secretsFolder);
  const rendered = renderTemplate({
    source,
    file: templatePath,
    format: formatOf(file.template),
    context,
    secretValuesAllowed,
  });
  if (rendered.kind === "broken") return rendered;

  const { at: _, ...declared } = file;
  const step: FileStep = { kind: "file", ...declared, isTuned: rendered.readsApps, content: rendered.content };
  return isSecretForAll(step) ? misplaced(file, ...tooOpen(step)) : { kind: "step", step };
}

function misplaced({ at }: FileConfig, what: string, fix: string): BuiltFile {
  return { kind: "misplaced", problems: [{ what, fix, at }] };
}

/** A path with `..` in it is below nothing. */
function isBelow(path: string, folder: string): boolean {
  return path.startsWith(`${folder.replace(/\/+$/, "")}/`) && !path.split("/").includes("..");
}

/** The permission bits of those who are neither the owner nor in the group. */
const OTHERS = 0o007;

function isSecretForAll(step: FileStep): boolean {
  return (step.mode & OTHERS) !== 0 && printsSecret(step);
}

function tooOpen({ path, mode }: FileStep): [what: string, fix: string] {
  return [
    `${path} holds a secret's value and its mode 0${mode.toString(8)} lets every user in`,
    'Give it mode: "0400", or "0440" and a group.',
  ];
}

function buildSecretStep({ name, id, region, keys }: SecretConfig, folder: string): SecretStep {
  return {
    kind: "secret",
    name,
    id,
    region,
    keys: keys.map(({ key, file, owner, group, mode }) => {
      const path = file === null ? null : secretPath(folder, file);
      return { key, path, owner, group, mode };
    }),
  };
}
