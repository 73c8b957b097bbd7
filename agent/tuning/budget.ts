// Divides one machine among its apps: the reserve first, then floors, then weights up to the caps. Never overcommits.

import type { ReserveRule } from "../config/config.ts";
import type { Problem } from "../refusal.ts";
import { exactWeight, fillByWeight } from "./fill-by-weight.ts";
import { formatBytes } from "./size.ts";

export interface AppDemand {
  readonly name: string;
  readonly weight: number;
  readonly floorBytes: number;
  /** Infinity: none. */
  readonly capBytes: number;
  readonly cpuWeight: number;
}

export interface BudgetRequest {
  /** What the OS reports: the smaller of MemTotal and the cgroup limit. */
  readonly memLimitBytes: number;
  /** Already taken by huge pages that are in no app's share. */
  readonly hugePagesBytes: number;
  readonly reserve: ReserveRule;
  /** The most that the secrets tmpfs can hold: its pages are memory like any other. */
  readonly secretsCapBytes?: number;
  readonly vcpus: number;
  readonly cores: number;
  readonly apps: readonly AppDemand[];
}

export interface AppShare {
  readonly name: string;
  readonly memoryBytes: number;
  readonly vcpus: number;
  readonly cores: number;
  /** What kept the share from being in proportion to the weight. */
  readonly boundBy: "floor" | "cap" | null;
}

export type BudgetResult =
  | {
      readonly kind: "divided";
      /** In the order of the request. */
      readonly shares: readonly AppShare[];
      /** What the apps and the page cache have together. */
      readonly availableBytes: number;
      /** Held back: the rule's reserve, huge pages, the secrets' tmpfs. With `availableBytes` it makes up the whole. */
      readonly reservedBytes: number;
      /** No app's: the page cache has it. */
      readonly unallocatedBytes: number;
    }
  | {
      readonly kind: "short";
      readonly availableBytes: number;
      readonly reservedBytes: number;
      readonly shortfallBytes: number;
      readonly problem: Problem;
    };

export function computeBudget(request: BudgetRequest): BudgetResult {
  const { memLimitBytes, hugePagesBytes, secretsCapBytes = 0, apps } = request;
  const heldBackBytes = computeReserveBytes(request.reserve, memLimitBytes) + hugePagesBytes + secretsCapBytes;
  const reservedBytes = Math.min(memLimitBytes, heldBackBytes);
  const availableBytes = memLimitBytes - reservedBytes;
  const floorsBytes = sum(apps.map(({ floorBytes }) => floorBytes));
  if (floorsBytes > availableBytes) {
    const shortfallBytes = floorsBytes - availableBytes;
    const problem = describeShortfall(request, availableBytes, shortfallBytes);
    return { kind: "short", availableBytes, reservedBytes, shortfallBytes, problem };
  }
  const memory = fillByWeight(availableBytes, apps);
  const shares = apps.map((app, index) => describeShare(request, app, memory[index]!));
  return { kind: "divided", shares, availableBytes, reservedBytes, unallocatedBytes: availableBytes - sum(memory) };
}

/** Rises with the memory, and more slowly than it: what is left rises, too. */
export function computeReserveBytes({ share, minBytes, maxBytes }: ReserveRule, memLimitBytes: number): number {
  // A billionth of the share, in whole numbers: a product of floats could rise by two bytes where memory rises by one.
  const proportional = Number((BigInt(memLimitBytes) * BigInt(Math.round(share * 1e9))) / 1_000_000_000n);
  return Math.min(Math.max(proportional, minBytes), maxBytes);
}

function describeShare(request: BudgetRequest, app: AppDemand, memoryBytes: number): AppShare {
  const heaviest = Math.max(...request.apps.map(({ cpuWeight }) => cpuWeight));
  return {
    name: app.name,
    memoryBytes,
    vcpus: scaleCpus(request.vcpus, app.cpuWeight, heaviest),
    cores: scaleCpus(request.cores, app.cpuWeight, heaviest),
    boundBy: memoryBytes === app.floorBytes ? "floor" : memoryBytes === app.capBytes ? "cap" : null,
  };
}

/**
 * CPUs are shared in time, not cut up: a lone busy app can have all of them. So the heaviest app counts on every CPU and
 * the others on as many, next to it, as their weight is next to the heaviest one. Equal weights: everyone counts on all.
 */
function scaleCpus(cpus: number, weight: number, heaviest: number): number {
  if (!(heaviest > 0)) return Math.max(1, cpus);
  return Math.max(1, Number((BigInt(cpus) * exactWeight(weight)) / exactWeight(heaviest)));
}

function describeShortfall(request: BudgetRequest, availableBytes: number, shortfallBytes: number): Problem {
  const { memLimitBytes, hugePagesBytes, secretsCapBytes = 0, reserve, apps } = request;
  const floors = apps
    .filter(({ floorBytes }) => floorBytes > 0)
    .map(({ name, floorBytes }) => `${name} ${formatBytes(floorBytes)}`);
  const heldBack = [
    `${formatBytes(computeReserveBytes(reserve, memLimitBytes))} of reserve`,
    ...(hugePagesBytes > 0 ? [`${formatBytes(hugePagesBytes)} of huge pages`] : []),
    ...(secretsCapBytes > 0 ? [`${formatBytes(secretsCapBytes)} for secrets`] : []),
  ];
  const needed = `the apps need at least ${formatBytes(availableBytes + shortfallBytes)} (${floors.join(", ")})`;
  const have = `${formatBytes(memLimitBytes)} less ${heldBack.join(", ")} leaves ${formatBytes(availableBytes)}`;
  return {
    what: `${needed}, but ${have}: ${formatBytes(shortfallBytes)} short`,
    fix: "Pick a larger instance type, or lower reserve.memory or an app's floor.",
  };
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0);
}
