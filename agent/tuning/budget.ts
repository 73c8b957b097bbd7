// Divides one machine among its apps: the reserve first, then floors, then weights up to the caps. Never overcommits.

import type { ReserveRule } from "../config/config.ts";
import type { Problem } from "../refusal.ts";
import { formatBytes } from "../size.ts";
import { exactWeight, fillByWeight } from "./fill-by-weight.ts";
import { computeReserveBytes } from "./reserve.ts";
import type { AppAmount, BudgetPlan, UnallocatedReason } from "./tuning.ts";

export interface AppDemand {
  readonly name: string;
  readonly weight: number;
  readonly floorBytes: number;
  /** Infinity: none. */
  readonly capBytes: number;
  readonly cpuWeight: number;
  /** What its options take of the whole machine, whatever its share is. */
  readonly leastMachineBytes?: number;
  /** Left out if the floors of all apps do not fit, or if the machine is smaller than one of them needs. */
  readonly optional?: boolean;
  /** Huge pages that the kernel has set aside already count as this app's share, up to its size. */
  readonly takesHugePages?: boolean;
}

export interface BudgetRequest {
  /** What the OS reports: the smaller of MemTotal and the cgroup limit. */
  readonly memLimitBytes: number;
  /** Whether the cgroup's limit is the smaller one: then a larger machine alone would not help. */
  readonly isLimited?: boolean;
  /** Huge pages that the kernel has set aside already, whichever app they are for. */
  readonly hugePagesBytes: number;
  readonly reserve: ReserveRule;
  /** The most that the secrets' file system can hold: its pages are memory like any other. */
  readonly secretsCapBytes?: number;
  readonly vcpus: number;
  readonly cores: number;
  readonly apps: readonly AppDemand[];
}

/** What an app may take of its machine. */
export interface Share {
  readonly memoryBytes: number;
  readonly vcpus: number;
  readonly cores: number;
}

interface AppShare extends Share {
  readonly name: string;
}

interface Divided extends BudgetPlan {
  readonly kind: "divided";
  /** Of the apps that are not left out, in the order of the request. */
  readonly shares: readonly AppShare[];
}

export type BudgetResult =
  | Divided
  | {
      readonly kind: "short";
      readonly availableBytes: number;
      readonly reservedBytes: number;
      readonly shortfallBytes: number;
      readonly problem: Problem;
    };

/** Huge pages are taken out of the share of the app that they are for; if they exceed it, they are held back. */
export function computeBudget(request: BudgetRequest): BudgetResult {
  const owners = request.apps.filter(({ takesHugePages }) => takesHugePages);
  if (owners.length === 0 || request.hugePagesBytes === 0) return divide(request);
  const result = divide({ ...request, hugePagesBytes: 0 });
  if (result.kind === "short") return result;
  const shares = result.shares.filter(({ name }) => owners.some((owner) => owner.name === name));
  const ownBytes = shares.reduce((total, { memoryBytes }) => total + memoryBytes, 0);
  if (ownBytes >= request.hugePagesBytes) return result;
  // The floors alone are certain: with some pages held back, every share is smaller than in the result above.
  const present = owners.filter(({ name }) => shares.some((share) => share.name === name));
  return divide({ ...request, hugePagesBytes: Math.max(0, request.hugePagesBytes - sumFloors(present)) });
}

function divide(request: BudgetRequest): BudgetResult {
  const { memLimitBytes, hugePagesBytes, secretsCapBytes = 0, apps } = request;
  const heldBackBytes = computeReserveBytes(request.reserve, memLimitBytes) + hugePagesBytes + secretsCapBytes;
  const reservedBytes = Math.min(memLimitBytes, heldBackBytes);
  const availableBytes = memLimitBytes - reservedBytes;
  const present = leaveOut(request, availableBytes);
  const shortfallBytes = sumFloors(present) - availableBytes;
  if (shortfallBytes > 0) {
    const problem = describeShortfall(request, availableBytes, shortfallBytes);
    return { kind: "short", availableBytes, reservedBytes, shortfallBytes, problem };
  }
  const isWhole = present.length === apps.length;
  const memory = isWhole ? fillByWeight(availableBytes, apps) : present.map(floorOf);
  return {
    kind: "divided",
    shares: zip(present, memory).map(([app, memoryBytes]) => describeShare(request, app, memoryBytes)),
    leftOut: apps.filter((app) => !present.includes(app)).map(({ name }) => name),
    availableBytes,
    reservedBytes,
    unallocatedBytes: availableBytes - memory.reduce((total, bytes) => total + bytes, 0),
    unallocatedReason: isWhole ? explainRest(apps, memory) : "left out",
    ...(isWhole ? compareWithParts(apps, memory, availableBytes) : { spare: [], gained: [] }),
  };
}

function explainRest(apps: readonly AppDemand[], memory: readonly number[]): UnallocatedReason | null {
  if (apps.length === 0) return "no apps";
  return zip(apps, memory).every(([{ capBytes }, memoryBytes]) => memoryBytes === capBytes) ? "caps" : null;
}

/**
 * Where the shares differ from what the weights alone would give if no app had a cap. Only its own cap makes a share smaller
 * than that: a cap frees memory for the others, and takes none from them.
 */
function compareWithParts(apps: readonly AppDemand[], memory: readonly number[], availableBytes: number) {
  const parts = fillByWeight(availableBytes, apps.map(withoutCap));
  const listBySign = (sign: 1 | -1): AppAmount[] =>
    zip(apps, zip(memory, parts))
      .map(([{ name }, [shareBytes, partBytes]]) => ({ app: name, memoryBytes: sign * (shareBytes - partBytes) }))
      .filter(({ memoryBytes }) => memoryBytes > 0);
  return { spare: listBySign(-1), gained: listBySign(1) };
}

/** Pairs of two lists of the same length. */
function zip<One, Other>(ones: readonly One[], others: readonly Other[]): [One, Other][] {
  return ones.map((one, index) => [one, others[index]!]);
}

function withoutCap(app: AppDemand): AppDemand {
  return { ...app, capBytes: Infinity };
}

/**
 * Leaves out optional apps, the last first, until the others fit. The others then get their floors and no
 * more: a machine with just enough memory for one app more leaves them no more than that, and more memory may take nothing
 * away. The page cache gets the rest.
 */
function leaveOut({ apps, memLimitBytes }: BudgetRequest, availableBytes: number): readonly AppDemand[] {
  const isTooLarge = ({ leastMachineBytes = 0 }: AppDemand) => leastMachineBytes > memLimitBytes;
  let present = apps;
  while (sumFloors(present) > availableBytes || present.some(isTooLarge)) {
    const last = present.findLast(({ optional }) => optional);
    if (!last) return present;
    present = present.filter((app) => app !== last);
  }
  return present;
}

function describeShare(request: BudgetRequest, app: AppDemand, memoryBytes: number): AppShare {
  // Apps that are left out count, too: a larger machine has room for them, and must not give any app fewer CPUs.
  const heaviest = Math.max(...request.apps.map(({ cpuWeight }) => cpuWeight));
  return { name: app.name, memoryBytes, ...shareCpus(request, app.cpuWeight, heaviest) };
}

/**
 * Apps share CPUs in time: a lone busy app can have all of them. So the heaviest app counts on every CPU, and another on the
 * part of them that its weight is of the heaviest weight. With equal weights every app counts on all CPUs.
 */
export function shareCpus(
  { vcpus, cores }: Omit<Share, "memoryBytes">,
  weight: number,
  heaviest: number,
): Omit<Share, "memoryBytes"> {
  return { vcpus: scaleCpus(vcpus, weight, heaviest), cores: scaleCpus(cores, weight, heaviest) };
}

function scaleCpus(cpus: number, weight: number, heaviest: number): number {
  if (!(heaviest > 0)) return Math.max(1, cpus);
  return Math.max(1, Number((BigInt(cpus) * exactWeight(weight)) / exactWeight(heaviest)));
}

function describeShortfall(request: BudgetRequest, availableBytes: number, shortfallBytes: number): Problem {
  const { memLimitBytes, isLimited = false, hugePagesBytes, secretsCapBytes = 0, reserve, apps } = request;
  const optional = apps.filter((app) => app.optional).map(({ name }) => name);
  const floors = apps
    .filter(({ floorBytes, optional: mayGo }) => floorBytes > 0 && !mayGo)
    .map(({ name, floorBytes }) => `${name} ${formatBytes(floorBytes)}`);
  const heldBack = [
    `${formatBytes(computeReserveBytes(reserve, memLimitBytes))} of reserve`,
    ...(hugePagesBytes > 0 ? [`${formatBytes(hugePagesBytes)} of huge pages`] : []),
    ...(secretsCapBytes > 0 ? [`${formatBytes(secretsCapBytes)} for secrets`] : []),
  ];
  const without = optional.length > 0 ? ` even without ${optional.join(" and ")}` : "";
  const needed = `the apps need at least ${formatBytes(availableBytes + shortfallBytes)}${without} (${floors.join(", ")})`;
  const limit = isLimited ? "the cgroup's limit of " : "";
  const have = `${limit}${formatBytes(memLimitBytes)} less ${heldBack.join(" and ")} leaves ${formatBytes(availableBytes)}`;
  return {
    what: `${needed}, but ${have}: ${formatBytes(shortfallBytes)} short`,
    fix: `${isLimited ? "Raise that limit" : "Pick a larger instance type"}, or lower reserve.memory or an app's floor.`,
  };
}

function floorOf({ floorBytes }: AppDemand): number {
  return floorBytes;
}

function sumFloors(apps: readonly AppDemand[]): number {
  return apps.reduce((total, { floorBytes }) => total + floorBytes, 0);
}
