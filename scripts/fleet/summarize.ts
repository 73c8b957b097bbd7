// What a fleet's start came to, in the numbers that tell a calm one from a storm. Pure.

import type { FleetOptions } from "./fleet.ts";
import type { FleetRun, Quota, Quotas } from "./start-fleet.ts";

export interface Summary {
  readonly cameUp: number;
  /** One of the refusals of those that did not. */
  readonly refusal: string | null;
  readonly meanCalls: number;
  readonly maxCalls: number;
  readonly throttledShare: number;
  /** From the fleet's start to an instance's last secret. */
  readonly firstMs: number;
  readonly medianMs: number;
  readonly lastMs: number;
  /** To the last, if no call were ever made in vain. */
  readonly idealMs: number;
  readonly callsBySecond: readonly number[];
  /** Of the seconds after the first. */
  readonly peakToMean: number;
  /**
   * Calls of a second over those of the second before, the first left out: a fleet that retries in step goes up and down.
   * Only of seconds with more calls than the quota has; others do no harm.
   */
  readonly largestRise: number;
}

/** BatchGetSecretValue takes so many (API reference). */
const MOST_IDS = 20;

export function summarize({ boots, calls }: FleetRun, options: FleetOptions, quotas: Quotas): Summary {
  const up = boots.filter(({ refusal }) => refusal === null);
  const endsMs = up.map(({ endedMs }) => endedMs).toSorted((a, b) => a - b);
  const callsBySecond = countBySecond(calls.map(({ atMs }) => atMs));
  const later = callsBySecond.slice(1);
  const { perSecond } = quotaOf(options, quotas);
  return {
    cameUp: up.length,
    refusal: boots.find(({ refusal }) => refusal !== null)?.refusal ?? null,
    meanCalls: calls.length / boots.length,
    maxCalls: Math.max(...boots.map((boot) => boot.calls)),
    throttledShare: calls.filter(({ isThrottled }) => isThrottled).length / calls.length,
    firstMs: endsMs[0] ?? NaN,
    medianMs: endsMs[Math.floor(endsMs.length / 2)] ?? NaN,
    lastMs: endsMs.at(-1) ?? NaN,
    idealMs: computeIdealMs(options, quotas),
    callsBySecond,
    peakToMean: later.length === 0 ? 1 : Math.max(...later) / (sum(later) / later.length),
    largestRise: findLargestRise(later, perSecond),
  };
}

function computeIdealMs({ instances, secretsEach, batch }: FleetOptions, quotas: Quotas): number {
  const { perSecond, burst } = quotaOf({ batch }, quotas);
  const calls = instances * (batch ? Math.ceil(secretsEach / MOST_IDS) : secretsEach);
  return (Math.max(0, calls - burst) / perSecond) * 1000;
}

function quotaOf({ batch }: Pick<FleetOptions, "batch">, quotas: Quotas): Quota {
  return quotas[batch ? "BatchGetSecretValue" : "GetSecretValue"];
}

function countBySecond(timesMs: readonly number[]): number[] {
  const counts: number[] = [];
  for (const atMs of timesMs) {
    const second = Math.floor(atMs / 1000);
    while (counts.length <= second) counts.push(0);
    counts[second]! += 1;
  }
  return counts;
}

function findLargestRise(counts: readonly number[], most: number): number {
  const rises = counts.slice(1).map((count, index) => (count <= most ? 0 : count / counts[index]!));
  return Math.max(0, ...rises);
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
