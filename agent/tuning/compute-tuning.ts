// The tuning of an image: what its apps ask for, the budget that divides the machine, and each app's settings. Pure.

import type { AppConfig, Config, OptionValue } from "../config/config.ts";
import type { Problem } from "../refusal.ts";
import { formatBytes } from "../size.ts";
import { adviseShrinking } from "./advise-shrinking.ts";
import { allot, type MachineFacts, usableCpus } from "./allot.ts";
import { adviseMore, type Company, listBelowUseful } from "./below-useful.ts";
import { type AppDemand, type BudgetResult, computeBudget, type Share, shareCpus } from "./budget.ts";
import { checkMachine } from "./check-machine.ts";
import { warnOfClients } from "./database-clients.ts";
import { limitApps } from "./limit-apps.ts";
import { listDegraded } from "./profile/degraded.ts";
import type { Allotment, AppCpus, Options, Profile, TuneResult } from "./profile/profile.ts";
import { findProfile, resolveApp, type ResolvedApp, unknownProfile } from "./resolve-app.ts";
import { resolveOptions } from "./resolve-options.ts";
import type { AppPlan, BudgetPlan } from "./tuning.ts";

export type TuningResult =
  | {
      readonly kind: "tuned";
      readonly budget: BudgetPlan;
      readonly apps: readonly AppPlan[];
      /** Optional apps that are left out, tuned as if they had their floors: a template may name their settings. */
      readonly absent: readonly AppPlan[];
      /** What each app that takes memory asks for, by its config and its profile. */
      readonly demands: readonly AppDemand[];
      /** What each app was tuned for, by its name. */
      readonly allotments: ReadonlyMap<string, Allotment>;
    }
  | {
      readonly kind: "impossible";
      /** Of the problems, those that a machine with more memory would not have. */
      readonly ofMachine: readonly Problem[];
      readonly problems: readonly Problem[];
      readonly demands: readonly AppDemand[];
    };

export type Tuned = Extract<TuningResult, { kind: "tuned" }>;

export type TunedConfig = Pick<Config, "reserve" | "apps" | "secretsSizeBytes">;

/** An image whose apps have been checked, once for any number of machines. */
export interface PreparedImage {
  readonly config: TunedConfig;
  /** Apps without problems. */
  readonly apps: readonly ResolvedApp[];
  readonly problems: readonly Problem[];
}

export function computeTuning(config: TunedConfig, facts: MachineFacts): TuningResult {
  return tuneImage(prepareImage(config), facts);
}

export function prepareImage(config: TunedConfig): PreparedImage {
  const found = config.apps.map(resolveApp);
  const apps = found.filter((app) => app.kind === "resolved");
  const takers = apps.filter(({ profile }) => profile.takesMemory);
  const problems = found.flatMap((app) => (app.kind === "refused" ? app.problems : []));
  return { config, apps, problems: [...problems, ...takers.flatMap(checkMaximum), ...apps.flatMap(checkEnforced)] };
}

function checkEnforced({ app, profile }: ResolvedApp): Problem[] {
  if (app.enforce === undefined || profile.notEnforced === undefined) return [];
  const what = `${app.name}: enforce does nothing for ${profile.name}: ${profile.notEnforced}`;
  return [{ what, fix: "Leave enforce out.", at: app.enforce.at }];
}

function placeTooLarge({ app, profile, options }: ResolvedApp, { memLimitBytes }: MachineFacts): Problem[] {
  return checkMachine(app.name, profile, options, memLimitBytes).map((problem) => ({ ...problem, at: app.at }));
}

interface AllottedApp {
  readonly app: ResolvedApp;
  readonly allotment: Allotment;
}

/** Collects every problem: the floors of apps without problems are checked even if other apps have some. */
export function tuneImage({ config, apps, problems }: PreparedImage, facts: MachineFacts): TuningResult {
  const demands = listDemands(apps, facts);
  const budget = divide(config, facts, demands);
  const shortfall = budget.kind === "short" ? [placeShortfall(budget, apps, demands)] : [];
  // The budget leaves out the others.
  const tooLarge = apps.filter(({ app }) => !app.optional).flatMap((app) => placeTooLarge(app, facts));
  const ofMachine = [...shortfall, ...tooLarge];
  if (problems.length > 0 || tooLarge.length > 0 || budget.kind === "short")
    return { kind: "impossible", ofMachine, problems: [...problems, ...ofMachine], demands };
  const { leftOut } = budget;
  const shares = new Map(budget.shares.map(({ name, ...share }) => [name, share]));
  const present = apps.filter(({ app }) => !leftOut.includes(app.name));
  const absent = apps.filter(({ app }) => leftOut.includes(app.name));
  const neighbours = present.map(({ app, profile, options }) => {
    return { name: app.name, profile: profile.name, options, memoryBytes: shares.get(app.name)?.memoryBytes ?? 0 };
  });
  const allotOne = (app: ResolvedApp, share: Share | null): AllottedApp => {
    const others = neighbours.filter(({ name }) => name !== app.app.name);
    return { app, allotment: allot(app.profile, facts, share, others) };
  };
  const allotted = present.map((app) => allotOne(app, shares.get(app.app.name) ?? null));
  const ofAbsent = absent.map((app) => allotOne(app, leastShare(app, facts)));
  const company = { appCount: demands.length, isOneLeftOut: leftOut.length > 0 };
  const plan = ({ app, allotment }: AllottedApp): AppPlan => planApp(app, allotment, company);
  const limitsOf = limitApps(present, demands, budget, facts, config.reserve.memory);
  return {
    kind: "tuned",
    budget: planBudget(budget),
    apps: warnOfClients(allotted.map(plan), config.apps).map((app) => ({ ...app, ...limitsOf(app) })),
    absent: ofAbsent.map(plan),
    demands,
    allotments: new Map([...allotted, ...ofAbsent].map(({ app, allotment }) => [app.app.name, allotment])),
  };
}

/** Tunes one profile without a config, for the calculator. */
export function tuneAlone(
  profileName: string,
  allotment: Allotment,
  given: Readonly<Record<string, OptionValue>>,
): TuneResult {
  const profile = findProfile(profileName);
  if (!profile) return { kind: "impossible", isMachines: false, problems: [unknownProfile(profileName)] };
  const resolved = resolveOptions(profile, given);
  if (resolved.kind === "refused") return { kind: "impossible", isMachines: false, problems: resolved.problems };
  const { options } = resolved;
  const tooLarge = checkMachine(profileName, profile, options, allotment.machine.memoryBytes);
  if (tooLarge.length > 0) return { kind: "impossible", isMachines: true, problems: tooLarge };
  const floorBytes = profile.floorBytes(options);
  if (allotment.memoryBytes >= floorBytes) {
    const settings = profile.tune(allotment, options);
    const belowUseful = listBelowUseful(profile, allotment, options, settings, "give it more memory");
    return { kind: "tuned", settings, belowUseful };
  }
  const what = `${profileName} needs at least ${formatBytes(floorBytes)} but has ${formatBytes(allotment.memoryBytes)}`;
  return {
    kind: "impossible",
    isMachines: true,
    problems: [{ what, fix: `Give it more memory, or ${adviseShrinking(profile, options)}.` }],
  };
}

function divide(config: TunedConfig, facts: MachineFacts, apps: readonly AppDemand[]): BudgetResult {
  const { memLimitBytes, memTotalBytes, hugePagesBytes } = facts;
  const memory = { memLimitBytes, isLimited: memLimitBytes < memTotalBytes, hugePagesBytes };
  const { secretsSizeBytes: secretsCapBytes, reserve } = config;
  return computeBudget({ ...memory, reserve: reserve.memory, secretsCapBytes, ...usableCpus(facts), apps });
}

function checkMaximum({ app, profile, options }: ResolvedApp): Problem[] {
  const floorBytes = profile.floorBytes(options);
  const { maxBytes } = app.memory;
  if (maxBytes === null || maxBytes >= floorBytes) return [];
  const needed = `the ${formatBytes(floorBytes)} that ${profile.name} needs`;
  const what = `${app.name}: memory.max of ${formatBytes(maxBytes)} is less than ${needed}`;
  return [{ what, fix: `Raise it, or ${adviseShrinking(profile, options)}.`, at: app.at }];
}

/** Only apps that take memory ask for some. */
function listDemands(apps: readonly ResolvedApp[], facts: MachineFacts): readonly AppDemand[] {
  const takers = apps.filter(({ profile }) => profile.takesMemory);
  const heaviest = Math.max(...takers.map(({ app }) => app.cpu.weight));
  return takers.map((taker) => computeDemand(taker, cpusOf(taker, facts, heaviest)));
}

function cpusOf({ app }: ResolvedApp, facts: MachineFacts, heaviest: number): AppCpus {
  return { ...shareCpus(usableCpus(facts), app.cpu.weight, heaviest), architecture: facts.architecture };
}

// The config may raise the profile's floor and lower its cap, never the reverse; a floor of the config beats a cap.
function computeDemand({ app, profile, options }: ResolvedApp, cpus: AppCpus): AppDemand {
  const { memory, cpu, name, optional } = app;
  const weight = memory.weight ?? profile.usualWeight;
  const floorBytes = floorOf(app, profile, options);
  const capBytes = Math.max(floorBytes, Math.min(memory.maxBytes ?? Infinity, profile.capBytes(options, cpus)));
  const { takesHugePages = false } = profile;
  const leastMachineBytes = profile.leastMachine?.(options)?.memoryBytes ?? 0;
  return { name, weight, floorBytes, capBytes, cpuWeight: cpu.weight, optional, takesHugePages, leastMachineBytes };
}

function floorOf({ memory }: AppConfig, profile: Profile, options: Options): number {
  return Math.max(memory.minBytes ?? 0, profile.floorBytes(options));
}

// All apps together are too large; the problem names the line to inspect first, the one of the app with the largest floor.
function placeShortfall(
  { problem }: Extract<BudgetResult, { kind: "short" }>,
  apps: readonly ResolvedApp[],
  demands: readonly AppDemand[],
): Problem {
  const needed = demands.filter(({ optional }) => !optional);
  const [largest] = needed.toSorted((a, b) => b.floorBytes - a.floorBytes);
  const app = apps.find(({ app: { name } }) => name === largest?.name);
  if (!app) return problem;
  const { app: declared, profile, options } = app;
  const isByMinimum = (declared.memory.minBytes ?? 0) > profile.floorBytes(options);
  const advice = isByMinimum ? "lower its memory.min" : adviseShrinking(profile, options);
  return { ...problem, fix: `${problem.fix} To make ${declared.name} smaller, ${advice}.`, at: declared.at };
}

/** The share that an app that is left out is tuned for. */
function leastShare({ app, profile, options }: ResolvedApp, facts: MachineFacts): Share {
  return { memoryBytes: floorOf(app, profile, options), ...usableCpus(facts) };
}

function planBudget(divided: Extract<BudgetResult, { kind: "divided" }>): BudgetPlan {
  const { availableBytes, reservedBytes, unallocatedBytes, unallocatedReason, spare, gained, leftOut } = divided;
  return { availableBytes, reservedBytes, unallocatedBytes, unallocatedReason, spare, gained, leftOut };
}

function planApp({ app, profile, options }: ResolvedApp, allotment: Allotment, company: Company): AppPlan {
  const settings = profile.tune(allotment, options);
  const moreMemory = adviseMore(app, profile, allotment.memoryBytes, company);
  const belowUseful = listBelowUseful(profile, allotment, options, settings, moreMemory);
  return {
    name: app.name,
    profile: profile.name,
    optional: app.optional,
    memoryBytes: profile.takesMemory ? allotment.memoryBytes : 0,
    vcpus: allotment.vcpus,
    cores: allotment.cores,
    settings,
    degraded: listDegraded(profile, allotment, options, settings),
    belowUseful: belowUseful.map((below) => ({ ...below, at: app.at })),
  };
}
