// A plan beside what there is now, for `parbake plan` of this machine and of others.

import { isChange, planDocument, type InspectedPlan } from "../cli/print/print-plan.ts";
import type { Image } from "../config/read/read-config.ts";
import type { SecretVersions } from "../inspect/compare-secret.ts";
import { inspectPlan } from "../inspect/inspect-plan.ts";
import { observeChange } from "../inspect/saved-plan.ts";
import type { Plan } from "../plan/plan.ts";
import { wantedFacts } from "../plan/wanted-facts.ts";
import type { Session } from "./session.ts";

export function hasChanges({ changes }: InspectedPlan): boolean {
  return changes.some(isChange);
}

export function inspect(
  plan: Plan,
  { config, templates }: Image,
  root: string,
  versions: SecretVersions = new Map(),
): InspectedPlan {
  const isStandIn = (name: string) => plan.facts.origins[name]?.source === "stand-in";
  return {
    plan,
    changes: inspectPlan(plan, root, versions),
    standIns: wantedFacts(config, templates).filter(isStandIn),
  };
}

/** For `--json`. */
export function documentPlans(inspected: readonly InspectedPlan[], { config }: Image, { options }: Session): object {
  return planDocument(inspected, (plan, change) => observeChange(plan, change, options.root), config);
}
