// All that init would write for an image, and what there is to say of it. Never writes.

import { dirname, join } from "node:path";
import { canonicalYaml } from "../fmt/canonical-yaml.ts";
import type { OsRelease } from "../image/os-release.ts";
import { listImageFolder, readImageText } from "../image/read-image-text.ts";
import { templateOf } from "../names/unit-name.ts";
import type { Problem } from "../refusal.ts";
import { findApps } from "./find-apps.ts";
import { gatherInventory } from "./gather-inventory.ts";
import { judging } from "./judge-config.ts";
import { printConfig } from "./print-config.ts";
import { isActive, type Proposal } from "./proposal.ts";
import { isKnownSystem, proposeApps, type Judge } from "./propose.ts";
import { readReadyTemplates } from "./ready-templates.ts";
import type { NewFile } from "./write-new-files.ts";

export interface StartingConfig {
  readonly system: OsRelease;
  readonly apps: readonly Proposal[];
  /** Those that are not there yet. */
  readonly templates: readonly NewFile[];
  /** Paths of templates that are there already. */
  readonly kept: readonly string[];
  readonly config: NewFile;
  /** What systemd should hold back until parbake has run: templates of units where they have instances. */
  readonly units: readonly string[];
  readonly warnings: readonly Problem[];
}

/** @param path of the config, as the booted machine sees it */
export async function makeStartingConfig(root: string, path: string): Promise<StartingConfig> {
  const folder = join(dirname(path), "templates");
  const image = gatherInventory(root);
  const found = await findApps(image);
  const judge = judgeWith(readKept(root, folder), judging(join(root, path), root));
  const apps = found.filter((each) => each.kind === "app");
  const proposals = proposeApps(apps, image, readReadyTemplates(), judge);
  const templates = new Map(proposals.flatMap((proposal) => [...proposal.templates]));
  const config = { path, text: canonicalYaml(printConfig(image.system.name, proposals, root)) };
  return {
    system: image.system,
    apps: proposals.filter(({ unit }) => unit !== null),
    ...divideTemplates(templates, folder, listImageFolder(root, folder)),
    config,
    units: listUnits(proposals),
    warnings: [
      ...(isKnownSystem(image.system) || apps.length === 0 ? [] : [unknownSystem(image.system)]),
      ...found.flatMap((each) => (each.kind === "note" ? [each.problem] : [])),
      ...proposals.flatMap(explainProposal),
      ...judge(config.text, templates).problems,
    ],
  };
}

/** @param present what is in their folder */
function divideTemplates(
  templates: ReadonlyMap<string, string>,
  folder: string,
  present: readonly string[],
): Pick<StartingConfig, "templates" | "kept"> {
  const fresh = [...templates].filter(([name]) => !present.includes(name));
  const kept = [...templates.keys()].filter((name) => present.includes(name));
  return {
    templates: fresh.map(([name, text]) => ({ path: join(folder, name), text })),
    kept: kept.map((name) => join(folder, name)),
  };
}

function readKept(root: string, folder: string): ReadonlyMap<string, string> {
  const names = listImageFolder(root, folder).filter((name) => name.endsWith(".hbs"));
  const texts = names.map((name) => [name, readImageText(root, join(folder, name))] as const);
  return new Map(texts.flatMap(([name, text]) => (text === null ? [] : [[name, text]])));
}

/** With the templates that the image has already, where they are of the same name. */
function judgeWith(kept: ReadonlyMap<string, string>, judge: Judge): Judge {
  return (text, templates) =>
    judge(text, new Map([...templates].map(([name, ready]) => [name, kept.get(name) ?? ready])));
}

function listUnits(proposals: readonly Proposal[]): readonly string[] {
  const units = proposals.filter(isActive).flatMap(({ unit }) => unit ?? []);
  return [...new Set(units.map((unit) => templateOf(unit) ?? unit))];
}

function explainProposal({ name, problems, advice }: Proposal): readonly Problem[] {
  const whyNot = problems.map((problem) => ({
    what: `${name} is a comment in the config: ${problem.what}`,
    fix: problem.fix,
  }));
  return [...whyNot, ...(problems.length > 0 ? [] : advice)];
}

function unknownSystem(system: OsRelease): Problem {
  const what = `parbake has no entries for ${describeSystem(system)}: those that fit its files best were taken`;
  return { what, fix: "Inspect the paths, owners and units in the config." };
}

function describeSystem({ id, name, version }: OsRelease): string {
  if (id === "linux") return "an image whose os-release names no distribution";
  return version === null ? `${name}, whose os-release has no VERSION_ID` : name;
}
