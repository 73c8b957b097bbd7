// Why an app has its share and a setting its value, as short lines: what `parbake explain` works out. Pure.

import { describeSpare } from "../cli/print/print-division.ts";
import { formatBytes } from "../size.ts";
import type { Tuned } from "../tuning/compute-tuning.ts";
import { amountOf, explainShare, findLevers, type Levers, type ShareExplanation } from "../tuning/explain.ts";
import { describeReserve } from "../tuning/reserve.ts";
import { resolveApp } from "../tuning/resolve-app.ts";
import type { AppPlan } from "../tuning/tuning.ts";
import type { PageConfig } from "./draft.ts";
import type { PageFacts } from "./machines.ts";

export interface ShareStep {
  readonly what: string;
  readonly memoryBytes: number;
  readonly why: string;
}

/** From the machine's memory down to the app's share. None: the app takes no memory. */
export function explainSteps(config: PageConfig, facts: PageFacts, tuning: Tuned, app: AppPlan): ShareStep[] {
  const share = explainShare(config, facts, tuning.budget, tuning.demands, app);
  if (share === null) return [];
  const steps: ShareStep[] = [
    { what: "the machine", memoryBytes: share.memLimitBytes, why: "as its OS reports it" },
    { what: "− reserve", memoryBytes: share.reserveBytes, why: describeReserve(share.reserve) },
    { what: "− huge pages", memoryBytes: share.hugePagesBytes, why: "outside of any app" },
    { what: "− secrets", memoryBytes: share.secretsBytes, why: "the most that their folder can hold" },
    { what: "= for all apps", memoryBytes: share.availableBytes, why: "" },
    ...explainPart(app, share),
    { what: "= its share", memoryBytes: share.shareBytes, why: describeLimits(share) },
  ];
  return steps.filter(({ memoryBytes }) => memoryBytes > 0);
}

function explainPart({ name }: AppPlan, share: ShareExplanation): ShareStep[] {
  const { partBytes, weight, weights, weightBy, spare, gained } = share;
  if (partBytes === null) return [];
  const whose = weightBy === "config" ? "as you set it" : "the usual one of its profile";
  const passedOn = describeSpare(share) ?? "";
  return [
    { what: "its part by weight", memoryBytes: partBytes, why: `weight ${weight} of ${weights}, ${whose}` },
    { what: "− more than it can use", memoryBytes: amountOf(name, spare), why: passedOn },
    { what: "+ what others can't use", memoryBytes: amountOf(name, gained), why: passedOn },
  ];
}

function describeLimits({ floorBytes, capBytes, boundBy }: ShareExplanation): string {
  const most = capBytes === null ? "and can always use more" : `and can use ${formatBytes(capBytes)}`;
  const held = boundBy === null ? "" : `; its ${boundBy} decides`;
  return `it needs ${formatBytes(floorBytes)} ${most}${held}`;
}

/** Null: the setting is not one of the app's. */
export function findChanges(config: PageConfig, tuning: Tuned, app: string, setting: string): Levers | null {
  const declared = config.apps.find(({ name }) => name === app);
  const allotment = tuning.allotments.get(app);
  const resolved = declared === undefined ? null : resolveApp(declared);
  if (allotment === undefined || resolved === null || resolved.kind === "refused") return null;
  return findLevers(resolved.profile, allotment, resolved.options, setting);
}
