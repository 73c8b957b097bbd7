// Which apps of an image are kept to their shares, and what of the page cache each may have. Pure.

import type { ReserveRule } from "../config/config.ts";
import type { MachineFacts } from "./allot.ts";
import type { AppDemand } from "./budget.ts";
import { fillByWeight } from "./fill-by-weight.ts";
import { computeLimits } from "./limits.ts";
import { kernelPartBytes } from "./reserve.ts";
import type { ResolvedApp } from "./resolve-app.ts";
import type { AppPlan, BudgetPlan } from "./tuning.ts";

/** Works out the limits of those of the image's apps that its config enforces. */
export function limitApps(
  present: readonly ResolvedApp[],
  demands: readonly AppDemand[],
  { unallocatedBytes }: BudgetPlan,
  { memLimitBytes }: MachineFacts,
  reserve: ReserveRule,
): (app: AppPlan) => Pick<AppPlan, "limits"> {
  const enforced = new Map(
    present.filter(({ app }) => app.enforce !== undefined).map((one) => [one.app.name, one] as const),
  );
  if (enforced.size === 0) return () => ({});
  const readers = new Set(present.filter(({ profile }) => profile.readsPageCache).map(({ app }) => app.name));
  const cache = divideCache(
    unallocatedBytes,
    demands.filter(({ name }) => readers.has(name)),
  );
  const cpuWeights = demands.map(({ cpuWeight }) => cpuWeight);
  const ofMachine = { kernelBytes: kernelPartBytes(reserve, memLimitBytes), machineBytes: memLimitBytes };
  const weights = { lightest: Math.min(...cpuWeights), heaviest: Math.max(...cpuWeights) };
  return ({ name, memoryBytes: shareBytes }) => {
    const one = enforced.get(name);
    if (one === undefined) return {};
    const own = { shareBytes, cacheBytes: cache.get(name) ?? 0 };
    return { limits: computeLimits({ ...one, ...own, ...ofMachine, ...weights }) };
  };
}

/**
 * What no app could use is page cache, and a cgroup's page cache counts as its own: without a part of it, an app that reads
 * its files through it would read them from the disk while memory lies idle. By weight, as all else; apps that are not
 * enforced have their part, too.
 */
function divideCache(
  unallocatedBytes: number,
  readers: readonly Pick<AppDemand, "name" | "weight">[],
): ReadonlyMap<string, number> {
  const claims = readers.map(({ weight }) => ({ weight, floorBytes: 0, capBytes: Infinity }));
  const parts = fillByWeight(unallocatedBytes, claims);
  return new Map(readers.map(({ name }, index) => [name, parts[index] ?? 0]));
}
