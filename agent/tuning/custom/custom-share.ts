// Finds the share from which on the sizes of a `custom` app fit into it and none is below 0. Pure.

import { GIB } from "../../size.ts";
import { PLENTY_BYTES } from "../profile/degraded.ts";
import { evaluate, type Names, namesIn } from "./custom-evaluate.ts";
import { LEAST_BYTES, type MachineNames, nameSamples, nameSmallest } from "./custom-machine.ts";
import { type Outcome, settle } from "./custom-range.ts";
import type { CustomSetting } from "./custom-setting.ts";
import type { Expression } from "./custom-syntax.ts";

/** A machine on which the sizes exceed the share, or one of them is below 0. */
export interface Overdraft {
  /** The setting that exceeds it, and the counted ones before it. */
  readonly setting: CustomSetting;
  readonly before: readonly string[];
  /** The sum up to this setting; if it is below 0, the setting's own size. */
  readonly totalBytes: number;
  readonly memoryBytes: number;
  readonly vcpus: number;
}

export type Account =
  /** They fit from this share on, with any number of CPUs. */
  | { readonly kind: "fits"; readonly leastBytes: number }
  | {
      readonly kind: "over";
      readonly overdraft: Overdraft;
      /** The least share in which they fit on every machine; null: no share is large enough. */
      readonly fitsFromBytes: number | null;
    };

/**
 * Checks shares from the least to the largest instance's: at every doubling, and around each size that an expression names.
 * A share between them that is too small is still divided, in the settings' order. The least share does not depend on the
 * CPUs, so what grows with them must fit into it, too.
 */
export function accountFor(all: readonly CustomSetting[], leastBytes: number): Account {
  const settings = keepSizes(all, leastBytes);
  const used = new Set(settings.flatMap(({ expression }) => namesIn(expression)));
  const shares = listShares(settings, leastBytes);
  const onSmallest = (memoryBytes: number): Overdraft | null => findOverdraft(settings, nameSmallest(memoryBytes));
  const onAny = (memoryBytes: number): Overdraft | null => {
    for (const machine of nameSamples(memoryBytes, used)) {
      const overdraft = findOverdraft(settings, machine);
      if (overdraft) return overdraft;
    }
    return null;
  };
  const largestBytes = Math.max(leastBytes, PLENTY_BYTES);
  const onLargest = onSmallest(largestBytes);
  if (onLargest) return { kind: "over", overdraft: onSmallest(GIB) ?? onLargest, fitsFromBytes: null };
  const leastFit = findLeast(shares, (memoryBytes) => onSmallest(memoryBytes) === null) ?? largestBytes;
  const larger = [leastFit, ...listDoublings(leastFit)];
  for (const share of larger) {
    const overdraft = onAny(share);
    if (overdraft)
      return { kind: "over", overdraft, fitsFromBytes: findLeast(larger, (bytes) => onAny(bytes) === null) };
  }
  return { kind: "fits", leastBytes: leastFit };
}

/** Clamps a size to 0 and, if it is counted, to the share, as tuning does: later settings are computed from it. */
export function withinShare({ isCounted }: CustomSetting, outcome: Outcome, names: Names): Outcome {
  const share = names.get("memoryBytes");
  if (outcome.dimension !== "size" || share?.dimension !== "size") return outcome;
  const within = (value: number, most: number): number => Math.max(0, isCounted ? Math.min(value, most) : value);
  return { ...outcome, low: within(outcome.low, share.low), high: within(outcome.high, share.high) };
}

/** Keeps the sizes, and the settings that they are computed from. */
function keepSizes(settings: readonly CustomSetting[], leastBytes: number): readonly CustomSetting[] {
  const names = nameSmallest(leastBytes);
  for (const setting of settings)
    names.set(setting.name, settle(withinShare(setting, evaluate(setting.expression, names), names)));
  const needed = new Set<string>();
  return settings
    .toReversed()
    .filter(({ name, expression }) => {
      const isNeeded = needed.has(name) || names.get(name)?.dimension === "size";
      if (isNeeded) namesIn(expression).forEach((used) => needed.add(used));
      return isNeeded;
    })
    .toReversed();
}

function listShares(settings: readonly CustomSetting[], leastBytes: number): readonly number[] {
  const named = settings.flatMap(({ expression }) => sizesIn(expression)).flatMap((size) => [size - 1, size, size + 1]);
  const inside = named.filter((share) => share > leastBytes && share < PLENTY_BYTES);
  return [...new Set([leastBytes, ...inside, ...listDoublings(leastBytes)])].toSorted((a, b) => a - b);
}

function listDoublings(leastBytes: number): readonly number[] {
  const shares: number[] = [];
  for (let share = leastBytes * 2; share < PLENTY_BYTES; share *= 2) shares.push(share);
  return [...shares, PLENTY_BYTES];
}

function sizesIn(expression: Expression): number[] {
  switch (expression.kind) {
    case "number":
      return expression.isSize ? [expression.value] : [];
    case "text":
    case "name":
      return [];
    case "negative":
      return sizesIn(expression.of);
    case "binary":
      return [...sizesIn(expression.left), ...sizesIn(expression.right)];
    case "call":
      return expression.given.flatMap(sizesIn);
  }
}

/** The least share, to the byte, from which on all fit. Null: the last one does not. */
function findLeast(shares: readonly number[], fits: (memoryBytes: number) => boolean): number | null {
  const lastBad = shares.findLastIndex((share) => !fits(share));
  let [bad, good] = [shares[lastBad], shares[lastBad + 1]];
  if (bad === undefined || good === undefined) return good ?? null;
  while (good - bad > 1) {
    const middle = Math.floor((bad + good) / 2);
    if (fits(middle)) good = middle;
    else bad = middle;
  }
  return good;
}

/** Null: all fit. `checkOptions` has made sure that every expression evaluates. */
function findOverdraft(settings: readonly CustomSetting[], names: MachineNames): Overdraft | null {
  const memoryBytes = numberOf(names, "memoryBytes");
  const before: string[] = [];
  let totalBytes = 0;
  for (const setting of settings) {
    const value = settle(evaluate(setting.expression, names));
    names.set(setting.name, value);
    if (value.dimension !== "size") continue;
    const machine = { memoryBytes, vcpus: numberOf(names, "vcpus") };
    if (value.low < 0) return { setting, before: [], totalBytes: value.low, ...machine };
    if (!setting.isCounted) continue;
    totalBytes += value.low;
    if (totalBytes > memoryBytes) return { setting, before, totalBytes, ...machine };
    before.push(setting.name);
  }
  return null;
}

function numberOf(names: MachineNames, name: string): number {
  const value = names.get(name);
  return value?.dimension === "size" || value?.dimension === "number" ? value.low : LEAST_BYTES;
}
