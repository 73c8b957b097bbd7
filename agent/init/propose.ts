// From the apps that an image has to what its config should say of each: the entries of the heads that fit it best, with what is
// so in this image. Reads nothing but through what it is given.

import type { Config } from "../config/config.ts";
import type { OsRelease } from "../image/os-release.ts";
import type { Problem } from "../refusal.ts";
import { adaptEntries, listTemplates, type Adapted } from "./adapt-entries.ts";
import { OFFERED } from "./detection.ts";
import { findEntries, type Shown } from "./entries.ts";
import { findAdvice } from "./find-advice.ts";
import type { FoundApp } from "./found.ts";
import type { ImageInventory } from "./inventory.ts";
import { nameApps, type NamedApp } from "./name-apps.ts";
import { asConfig, type Proposal } from "./proposal.ts";
import type { ReadyTemplate } from "./ready-templates.ts";

/** What `check` says of a config with these templates. `config` null: it is not even read. */
export type Judge = (text: string, templates: ReadonlyMap<string, string>) => Judgement;

export interface Judgement {
  readonly config: Config | null;
  readonly problems: readonly Problem[];
}

interface Candidate extends Adapted {
  readonly judgement: Judgement;
}

export function proposeApps(
  apps: readonly FoundApp[],
  image: ImageInventory,
  ready: readonly ReadyTemplate[],
  judge: Judge,
): readonly Proposal[] {
  const found = nameApps(apps).map((named) => proposeApp(named, image, ready, judge));
  return [...found, ...OFFERED.map((profile) => offer(profile, ready))];
}

function proposeApp(named: NamedApp, image: ImageInventory, ready: readonly ReadyTemplate[], judge: Judge): Proposal {
  const { name, app } = named;
  const { profile, unit, evidence, guesses } = app;
  const { entries, templates, judgement } = findBest(named, listShown(image.system), ready, judge);
  const advice = judgement.config === null ? [] : findAdvice(app, judgement.config.files, image);
  const { problems } = judgement;
  return { name, profile, unit, evidence, entries, templates, problems, advice: [...guesses, ...advice] };
}

/** The first of those that `check` finds the least wrong with. */
function findBest(named: NamedApp, shown: readonly Shown[], ready: readonly ReadyTemplate[], judge: Judge): Candidate {
  const { name, app } = named;
  const candidates = shown.flatMap((system) => {
    const entries = findEntries(app.profile, system, ready);
    if (entries === null) return [];
    const adapted = adaptEntries(named, entries, ready);
    return [{ ...adapted, judgement: judge(asConfig(name, app.profile, adapted.entries), adapted.templates) }];
  });
  const [best] = candidates.toSorted((one, other) => one.judgement.problems.length - other.judgement.problems.length);
  if (best === undefined) throw new Error(`no head of a template has an entry for ${app.profile}`);
  return best;
}

function offer(profile: string, ready: readonly ReadyTemplate[]): Proposal {
  const entries = findEntries(profile, "Debian 12", ready);
  if (entries === null) throw new Error(`no head of a template has an entry for ${profile}`);
  const templates = new Map(listTemplates(entries, ready).map(({ name, text }) => [name, text]));
  return { name: profile, profile, unit: null, evidence: [], entries, templates, problems: [], advice: [] };
}

const RPM: readonly string[] = ["amzn", "fedora", "rhel", "centos"];

/** Both, the one that the image is like first. */
function listShown({ id, like }: OsRelease): readonly Shown[] {
  const isRpm = [id, ...like].some((name) => RPM.includes(name));
  return isRpm ? ["Amazon Linux 2023", "Debian 12"] : ["Debian 12", "Amazon Linux 2023"];
}

/** Whether init knows the distribution, and not only that it is like one. */
export function isKnownSystem({ id, version }: OsRelease): boolean {
  return ["debian 12", "debian 13", "ubuntu 24.04", "amzn 2023"].includes(`${id} ${version}`);
}
