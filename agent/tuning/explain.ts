// Explains why an app has its share and a setting its value, and finds what would change them. Pure.

import type { OptionValue, ReserveRule } from "../config/config.ts";
import { formatBytes } from "../size.ts";
import type { MachineFacts } from "./allot.ts";
import type { AppDemand } from "./budget.ts";
import type { TunedConfig } from "./compute-tuning.ts";
import { PLENTY_BYTES } from "./profile/degraded.ts";
import type { Allotment, OptionRule, Options, Profile, Setting, Settings } from "./profile/profile.ts";
import { computeReserveBytes } from "./reserve.ts";
import type { AppAmount, BudgetPlan } from "./tuning.ts";

/** How a share came about, from the machine's memory down. */
export interface ShareExplanation {
  readonly memTotalBytes: number;
  /** Less than that if a cgroup limits it. */
  readonly memLimitBytes: number;
  readonly reserve: ReserveRule;
  readonly reserveBytes: number;
  /** Huge pages outside of every app's share. */
  readonly hugePagesBytes: number;
  readonly secretsBytes: number;
  readonly availableBytes: number;
  readonly floorBytes: number;
  /** Null: the app can always use more. */
  readonly capBytes: number | null;
  /** Who sets the cap: memory.max of the config or the profile; null: the app has no cap. */
  readonly capBy: "config" | "profile" | null;
  readonly weight: number;
  /** Who sets the weight: memory.weight of the config or the profile. */
  readonly weightBy: "config" | "profile";
  /** The sum of all apps' weights. */
  readonly weights: number;
  /** The share by weight alone, without caps. Null: an app is left out, and the others have their floors. */
  readonly partBytes: number | null;
  /** Of the whole image: see BudgetPlan. */
  readonly spare: BudgetPlan["spare"];
  readonly gained: BudgetPlan["gained"];
  readonly unallocatedBytes: number;
  readonly unallocatedReason: BudgetPlan["unallocatedReason"];
  /** What the app has. */
  readonly shareBytes: number;
  readonly boundBy: "floor" | "cap" | null;
  readonly vcpus: number;
}

export function explainShare(
  config: TunedConfig,
  { memTotalBytes, memLimitBytes }: MachineFacts,
  budget: BudgetPlan,
  demands: readonly AppDemand[],
  app: { readonly name: string; readonly memoryBytes: number; readonly vcpus: number },
): ShareExplanation | null {
  const demand = demands.find(({ name }) => name === app.name);
  const declared = config.apps.find(({ name }) => name === app.name);
  if (!demand || !declared) return null;
  const { floorBytes, capBytes, weight } = demand;
  const { memory } = declared;
  const { reservedBytes, availableBytes, leftOut, spare, gained, unallocatedBytes, unallocatedReason } = budget;
  const reserve = config.reserve.memory;
  const reserveBytes = computeReserveBytes(reserve, memLimitBytes);
  const secretsBytes = config.secretsSizeBytes;
  return {
    memTotalBytes,
    memLimitBytes,
    reserve,
    reserveBytes,
    hugePagesBytes: Math.max(0, reservedBytes - reserveBytes - secretsBytes),
    secretsBytes,
    availableBytes,
    floorBytes,
    capBytes: capBytes === Infinity ? null : capBytes,
    capBy: capBytes === Infinity ? null : capBytes === memory.maxBytes ? "config" : "profile",
    weight,
    weightBy: memory.weight === null ? "profile" : "config",
    weights: sumWeights(demands),
    partBytes: leftOut.length > 0 ? null : app.memoryBytes + amountOf(app.name, spare) - amountOf(app.name, gained),
    spare,
    gained,
    unallocatedBytes,
    unallocatedReason,
    shareBytes: app.memoryBytes,
    boundBy: boundOf(app.memoryBytes, demand, amountOf(app.name, spare)),
    vcpus: app.vcpus,
  };
}

/** If floor and cap are equal, the cap binds an app whose weight would give it more. */
function boundOf(shareBytes: number, { floorBytes, capBytes }: AppDemand, spareBytes: number): "floor" | "cap" | null {
  if (shareBytes === floorBytes && spareBytes === 0) return "floor";
  return shareBytes === capBytes ? "cap" : null;
}

/** As people would add them up: 0.1 and 0.2 are 0.3. */
function sumWeights(demands: readonly AppDemand[]): number {
  return Number(demands.reduce((sum, { weight }) => sum + weight, 0).toFixed(6));
}

/** 0 if the app is not among them. */
export function amountOf(name: string, amounts: readonly AppAmount[]): number {
  return amounts.find(({ app }) => app === name)?.memoryBytes ?? 0;
}

/**
 * The formula with its inputs in place of their names, memory as people write it.
 * @param settings of the app: a formula may name one
 */
export function substitute({ formula, inputs }: Pick<Setting, "formula" | "inputs">, settings: Settings = {}): string {
  return formula.replaceAll(/[A-Za-z_]\w*/g, (name) => {
    const input = Object.hasOwn(inputs, name) ? inputs[name] : undefined;
    return input === undefined ? name : formatInput(name, input, settings);
  });
}

export function formatInput(name: string, value: number | string, settings: Settings = {}): string {
  const isSize = name.endsWith("Bytes") || (Object.hasOwn(settings, name) && settings[name]?.unit === "bytes");
  return isSize && typeof value === "number" ? formatBytes(value) : String(value);
}

interface Lever {
  readonly name: string;
  readonly kind: OptionRule["kind"];
  /** Null: the profile works it out. */
  readonly value: OptionValue | null;
  readonly about: string;
}

/** What an operator could change to get another value, found by trying. */
export interface Levers {
  /** Options with which the setting would be another. */
  readonly options: readonly Lever[];
  /** The setting's text with twice the share; null: the same. */
  readonly withTwiceTheMemory: string | null;
  /** With twice the CPUs; null: the same. */
  readonly withTwiceTheCpus: string | null;
}

/** More than the largest instance has; profiles are tested up to it. */
export const MOST_CPUS = 1024;

export function findLevers(profile: Profile, allotment: Allotment, options: Options, setting: string): Levers {
  const { memoryBytes, vcpus, cores } = allotment;
  const textWith = (changed: Partial<Allotment>): string | null => {
    const text = textOf(profile, { ...allotment, ...changed }, options, setting);
    return text === textOf(profile, allotment, options, setting) ? null : text;
  };
  return {
    options: [
      ...listOwn(profile, options, setting),
      ...Object.entries(profile.options)
        .filter((option) => isLever(option, profile, allotment, options, setting))
        .map(([name, { kind, about }]) => ({ name, kind, value: options[name] ?? null, about })),
    ],
    withTwiceTheMemory: textWith({ memoryBytes: Math.min(2 * memoryBytes, PLENTY_BYTES) }),
    withTwiceTheCpus: textWith({ vcpus: Math.min(2 * vcpus, MOST_CPUS), cores: Math.min(2 * cores, MOST_CPUS) }),
  };
}

/** If each option is a setting, as in `custom`: the operator's own expression. */
function listOwn({ anyOption }: Profile, options: Options, setting: string): Lever[] {
  if (anyOption === undefined || !Object.hasOwn(options, setting)) return [];
  return [{ name: setting, kind: anyOption.kind, value: options[setting] ?? null, about: "the operator's expression" }];
}

function isLever(
  [name, rule]: readonly [name: string, rule: OptionRule],
  profile: Profile,
  allotment: Allotment,
  options: Options,
  setting: string,
): boolean {
  return otherValues(rule, options[name] ?? null).some((value) => {
    const changed = { ...options, [name]: value };
    if ((profile.checkOptions?.(changed) ?? []).length > 0) return false;
    // Both get the memory that the larger one needs, so that only the option differs.
    const memoryBytes = Math.max(allotment.memoryBytes, profile.floorBytes(changed));
    const [before, after] = [options, changed].map((set) =>
      textOf(profile, { ...allotment, memoryBytes }, set, setting),
    );
    return before !== after;
  });
}

function otherValues({ kind, choices = [], min = 0, max = Infinity }: OptionRule, value: OptionValue | null) {
  switch (kind) {
    case "boolean":
      return [value !== true];
    case "choice":
      return choices.filter((choice) => choice !== value);
    case "integer":
    case "size": {
      const numbers =
        typeof value === "number" ? [Math.min(value * 2, max), Math.floor(value / 2)] : [min, min * 2 + 1];
      return numbers.filter((number) => number !== value && number >= min && number <= max);
    }
    case "text":
      return [];
  }
}

function textOf(profile: Profile, allotment: Allotment, options: Options, setting: string): string | null {
  return profile.tune(allotment, options)[setting]?.text ?? null;
}
