// The tuning of an image: what its apps ask for, the budget that divides the machine, and each app's settings. Pure.

import type { AppConfig, Config, OptionValue } from "../config/config.ts";
import type { Facts } from "../facts/facts.ts";
import { suggest } from "../nearest.ts";
import type { AppPlan, BudgetPlan } from "../plan/plan.ts";
import type { Position, Problem } from "../refusal.ts";
import { type AppDemand, type AppShare, type BudgetResult, computeBudget } from "./budget.ts";
import { PROFILES } from "./profiles.ts";
import { resolveOptions } from "./resolve-options.ts";
import type { Allotment, Options, Profile, TuneResult } from "./setting.ts";
import { formatBytes } from "./size.ts";

export type TuningResult =
  | { readonly kind: "tuned"; readonly budget: BudgetPlan; readonly apps: readonly AppPlan[] }
  | { readonly kind: "impossible"; readonly problems: readonly Problem[] };

export type TunedConfig = Pick<Config, "reserve" | "apps">;
export type MachineFacts = Pick<
  Facts,
  "memTotalBytes" | "memLimitBytes" | "hugePagesBytes" | "vcpus" | "cores" | "architecture"
>;

/** An app whose profile and options are known to be good. */
interface ResolvedApp {
  readonly app: AppConfig;
  readonly profile: Profile;
  readonly options: Options;
}

/** Every problem at once; the floors of the apps that are in order are checked even when others are not. */
export function computeTuning(config: TunedConfig, facts: MachineFacts, secretsCapBytes = 0): TuningResult {
  const found = config.apps.map(resolveApp);
  const problems = found.flatMap((app) => (Array.isArray(app) ? app : []));
  const apps = found.flatMap((app) => (Array.isArray(app) ? [] : [app]));
  const tuned = apps.filter(({ profile }) => profile.takesMemory);
  problems.push(...tuned.flatMap(checkMaximum));
  const { memLimitBytes, hugePagesBytes, vcpus, cores } = facts;
  const reserve = config.reserve.memory;
  const demands = tuned.map(computeDemand);
  const budget = computeBudget({
    memLimitBytes,
    hugePagesBytes,
    reserve,
    secretsCapBytes,
    vcpus,
    cores,
    apps: demands,
  });
  if (budget.kind === "short") problems.push(placeShortfall(budget, tuned));
  if (problems.length > 0 || budget.kind === "short") return { kind: "impossible", problems };
  const { availableBytes, reservedBytes, unallocatedBytes } = budget;
  const shares = new Map(budget.shares.map((share) => [share.name, share]));
  return {
    kind: "tuned",
    budget: { availableBytes, reservedBytes, unallocatedBytes },
    apps: apps.map((app) => planApp(app, facts, shares.get(app.app.name))),
  };
}

/** One profile with a memory of its own, for the calculator. */
export function tuneAlone(
  profileName: string,
  allotment: Allotment,
  given: Readonly<Record<string, OptionValue>>,
): TuneResult {
  const profile = findProfile(profileName);
  if (!profile) return { kind: "impossible", problems: [unknownProfile(profileName)] };
  const resolved = resolveOptions(profile, given);
  if (resolved.kind === "refused") return { kind: "impossible", problems: resolved.problems };
  const { options } = resolved;
  const floorBytes = profile.floorBytes(options);
  if (allotment.memoryBytes >= floorBytes) return { kind: "tuned", settings: profile.tune(allotment, options) };
  const what = `${profileName} needs at least ${formatBytes(floorBytes)} but has ${formatBytes(allotment.memoryBytes)}`;
  return { kind: "impossible", problems: [{ what, fix: `Give it more memory, or ${profile.toShrink}.` }] };
}

function resolveApp(app: AppConfig): ResolvedApp | Problem[] {
  const profile = findProfile(app.profile);
  if (!profile) return [unknownProfile(app.profile, app.at)];
  const resolved = resolveOptions(profile, app.options, app.at);
  return resolved.kind === "refused" ? [...resolved.problems] : { app, profile, options: resolved.options };
}

function findProfile(name: string): Profile | undefined {
  return PROFILES.get(name);
}

function unknownProfile(name: string, at?: Position): Problem {
  const what = `there is no profile '${name.slice(0, 80)}'`;
  return { what, fix: suggest(name.slice(0, 80), [...PROFILES.keys()]), ...(at ? { at } : {}) };
}

function checkMaximum({ app, profile, options }: ResolvedApp): Problem[] {
  const floorBytes = profile.floorBytes(options);
  const { maxBytes } = app.memory;
  if (maxBytes === null || maxBytes >= floorBytes) return [];
  const needed = `the ${formatBytes(floorBytes)} that ${profile.name} needs`;
  const what = `${app.name}: memory.max of ${formatBytes(maxBytes)} is less than ${needed}`;
  return [{ what, fix: `Raise it, or ${profile.toShrink}.`, at: app.at }];
}

// The config may raise the floor and lower the cap of the profile, never the other way; its explicit floor beats a cap.
function computeDemand({ app, profile, options }: ResolvedApp): AppDemand {
  const floorBytes = Math.max(app.memory.minBytes ?? 0, profile.floorBytes(options));
  const capBytes = Math.max(floorBytes, Math.min(app.memory.maxBytes ?? Infinity, profile.capBytes(options)));
  return { name: app.name, weight: app.memory.weight, floorBytes, capBytes, cpuWeight: app.cpu.weight };
}

// It is everyone's problem; the line that is named is the one to look at first: the largest floor's.
function placeShortfall({ problem }: Extract<BudgetResult, { kind: "short" }>, apps: readonly ResolvedApp[]): Problem {
  const [largest] = apps.toSorted((a, b) => computeDemand(b).floorBytes - computeDemand(a).floorBytes);
  if (!largest) return problem;
  const fix = `${problem.fix} To make ${largest.app.name} smaller, ${largest.profile.toShrink}.`;
  return { ...problem, fix, at: largest.app.at };
}

function planApp({ app, profile, options }: ResolvedApp, facts: MachineFacts, share: AppShare | undefined): AppPlan {
  const { memTotalBytes, vcpus, cores, architecture } = facts;
  const { memoryBytes, ...cpus } = share ?? { memoryBytes: 0, vcpus, cores };
  const allotment = {
    memoryBytes: share ? memoryBytes : memTotalBytes,
    vcpus: cpus.vcpus,
    cores: cpus.cores,
    architecture,
    network: null,
  };
  return {
    name: app.name,
    profile: profile.name,
    memoryBytes,
    vcpus: cpus.vcpus,
    settings: profile.tune(allotment, options),
  };
}
