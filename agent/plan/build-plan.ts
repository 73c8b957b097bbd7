// Config, facts and templates to the Plan, or to every problem that stands in its way. Pure.

import type { Config, FileConfig, FolderConfig } from "../config/config.ts";
import type { Facts } from "../facts/facts.ts";
import { UNKNOWN_INSTANCE } from "../facts/unknown-instance.ts";
import { isBelow } from "../names/plain-path.ts";
import { eachOnce, type Problem, type RefusalCode } from "../refusal.ts";
import { buildTemplateContext, type TemplateContext } from "../template/context/template-context.ts";
import { oncePerPlace } from "../template/tree/expand-partials.ts";
import { findPartials, type Partials } from "../template/tree/find-partials.ts";
import { computeTuning, type Tuned, type TuningResult } from "../tuning/compute-tuning.ts";
import { PROFILES } from "../tuning/profiles.ts";
import type { AppPlan } from "../tuning/tuning.ts";
import { buildHandOff } from "./build-hand-off.ts";
import { buildSecretSteps } from "./build-secret-steps.ts";
import { buildShares } from "./build-shares.ts";
import { findUnits } from "./find-unit.ts";
import { describeMissing, type ListReady } from "./missing-templates.ts";
import type { FileStep, FolderStep, Plan } from "./plan.ts";
import { renderFile } from "./render-file.ts";
import { printsSecret } from "./select-steps.ts";
import { warnDisks } from "./warn-disks.ts";
import { warnLaunch } from "./warn-launch.ts";
import { warnUnused } from "./warn-unused.ts";

interface PlanInput {
  readonly config: Config;
  readonly facts: Facts;
  /** By the name that `files[].template` uses; null: there is no such file. */
  readonly templates: ReadonlyMap<string, string | null>;
  /** Default: none. */
  readonly listReady?: ListReady;
}

export type BuiltPlan =
  | { readonly kind: "plan"; readonly plan: Plan }
  | {
      readonly kind: "refused";
      readonly code: RefusalCode;
      /** Of the problems, those that a machine with more memory would not have. */
      readonly ofMachine: readonly Problem[];
      readonly problems: readonly Problem[];
    };

export function buildPlan({ config, facts, templates, listReady = () => [] }: PlanInput): BuiltPlan {
  const tuning = computeTuning(config, facts);
  const { apps, absent } = tuning.kind === "tuned" ? tuning : { apps: null, absent: [] };
  const context = buildTemplateContext({ ...config, facts, apps, absent });
  const partialsOf = findPartials(templates, folderOf(config));
  const files = config.files.map((file) => buildFile(file, config, templates, partialsOf(file.template), context));
  const built = files.filter((file) => file.kind === "step");
  if (tuning.kind === "impossible" || built.length < files.length) {
    const missing = files.flatMap((each) => (each.kind === "missing" ? [each.file] : []));
    return refusePlan(tuning, files, describeMissing(missing, listPresent(templates), folderOf(config), listReady));
  }
  const units = findUnits(config.apps, built);
  if (units.kind === "refused") return { kind: "refused", code: "config", ofMachine: [], problems: units.problems };
  const named = tuning.apps.map((app) => ({ ...app, ...unitOf(app, units.unitByApp) }));
  return { kind: "plan", plan: assemble(config, facts, { ...tuning, apps: named }, built) };
}

function unitOf({ name, limits }: AppPlan, unitByApp: ReadonlyMap<string, string>): Pick<AppPlan, "unit"> {
  const unit = unitByApp.get(name);
  return limits === undefined || unit === undefined ? {} : { unit };
}

function listPresent(templates: PlanInput["templates"]): string[] {
  return [...templates].flatMap(([name, source]) => (source === null ? [] : [name]));
}

function refusePlan(tuning: TuningResult, files: readonly BuiltFile[], missing: readonly Problem[]): BuiltPlan {
  const impossible = tuning.kind === "impossible" ? tuning : { problems: [], ofMachine: [] };
  const configProblems = [
    ...impossible.problems,
    ...missing,
    ...files.flatMap((file) => (file.kind === "misplaced" ? file.problems : [])),
  ];
  const templateProblems = files.flatMap((file) => (file.kind === "broken" ? file.problems : []));
  return {
    kind: "refused",
    code: configProblems.length > 0 ? "config" : "data",
    ofMachine: impossible.ofMachine,
    problems: [...configProblems, ...eachOnce(templateProblems)],
  };
}

function assemble(config: Config, facts: Facts, { budget, apps }: Tuned, built: readonly FileInPlan[]): Plan {
  const secretSteps = config.secrets.flatMap((secret) => buildSecretSteps(secret, config.secretsFolder));
  const reads = new Set(built.flatMap((file) => [...file.reads]));
  const folders = config.folders.map(buildFolderStep);
  const handOff = buildHandOff(secretSteps, folders);
  const known = [...folders, ...handOff.folders];
  const shares = buildShares(
    apps,
    config.apps,
    known.map(({ path }) => path),
  );
  const steps = [
    ...[...known, ...shares.folders].toSorted(byDepth),
    ...secretSteps,
    ...built.map(({ step }) => step),
    ...shares.files,
    ...handOff.files,
  ];
  return {
    schema: 1,
    facts,
    budget,
    apps,
    part: null,
    steps,
    secretsFolder: config.secretsFolder,
    secretsSizeBytes: config.secretsSizeBytes,
    secretsGuarantee: config.secretsGuarantee,
    warnings: oncePerPlace([
      ...built.flatMap(({ warnings }) => warnings),
      ...warnUnused(config, reads),
      ...warnDisks(apps, config.apps),
      ...warnLaunch(config, facts),
    ]),
  };
}

interface FileInPlan {
  readonly kind: "step";
  readonly step: FileStep;
  readonly warnings: readonly Problem[];
  readonly reads: ReadonlySet<string>;
}

type BuiltFile =
  | FileInPlan
  /** Its template is not there. */
  | { readonly kind: "missing"; readonly file: FileConfig }
  /** The config is wrong about the file. */
  | { readonly kind: "misplaced"; readonly problems: readonly Problem[] }
  /** The template is wrong. */
  | { readonly kind: "broken"; readonly problems: readonly Problem[] };

function buildFile(
  file: FileConfig,
  config: Config,
  templates: ReadonlyMap<string, string | null>,
  partials: Partials,
  context: TemplateContext,
): BuiltFile {
  const templatePath = `${folderOf(config)}/${file.template}`;
  const source = templates.get(file.template) ?? null;
  if (source === null) return { kind: "missing", file };

  const secretValuesAllowed = isBelow(config.secretsFolder, file.path);
  const template = { source, file: templatePath, context, secretValuesAllowed, partials };
  const rendered = renderFile(file, template, config.apps);
  if (rendered.kind === "undecided") return misplaced(file, rendered.what, rendered.fix);
  if (rendered.kind === "broken") return rendered;

  const { content, warnings, reads, chosen } = rendered;
  const step: FileStep = {
    kind: "file",
    ...file,
    format: chosen.format,
    formatReason: chosen.reason,
    isTuned: readsApps(reads),
    ...(readsInstance(reads, config) && { ofInstance: true }),
    content,
  };
  if (isSecretForAll(step)) return misplaced(file, ...tooOpen(step));
  return step.onDrift !== "overwrite" && printsSecret(step)
    ? misplaced(file, ...driftUnseen(step))
    : { kind: "step", step, warnings, reads };
}

function folderOf({ templatesFolder }: Config): string {
  return templatesFolder.replace(/\/+$/, "");
}

function misplaced({ at }: FileConfig, what: string, fix: string): BuiltFile {
  return { kind: "misplaced", problems: [{ what, fix, at }] };
}

/** The empty path is that of everything. */
function readsApps(reads: ReadonlySet<string>): boolean {
  return [...reads].some((path) => /^(?:apps\b|profiles\b|$)/.test(path));
}

/** What an app is tuned by is the instance type's network, where its profile says so; and all apps share one machine. */
function readsInstance(reads: ReadonlySet<string>, { apps }: Config): boolean {
  if (readsApps(reads) && apps.some(({ profile }) => PROFILES.get(profile)?.needsNetwork === true)) return true;
  return [...reads].some(isOfInstance);
}

/** `facts` as a whole is all of them. */
function isOfInstance(path: string): boolean {
  if (path === "" || /^facts(?![.\w])/.test(path)) return true;
  const fact = /^facts\.(\w+)/.exec(path)?.[1];
  return fact !== undefined && fact in UNKNOWN_INSTANCE;
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

function driftUnseen({ path, onDrift }: FileStep): [what: string, fix: string] {
  return [
    `${path} holds a secret's value, so no digest of it is kept, and \`onDrift: ${onDrift}\` could not tell an edit`,
    "Leave onDrift out: the file is written anew where it differs.",
  ];
}

function buildFolderStep(folder: FolderConfig): FolderStep {
  return { kind: "folder", ...folder };
}

// A stable sort: the config's order among folders of one depth.
function byDepth(a: FolderStep, b: FolderStep): number {
  return a.path.split("/").length - b.path.split("/").length;
}
