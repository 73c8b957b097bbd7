// What `check` warns of that a boot has no time to look for, and could not mend. Loaded by `check` alone.

import type { DeclaredImage } from "../config/read/read-config.ts";
import { tellConfig } from "../config/read/tell-config.ts";
import type { Facts } from "../facts/facts.ts";
import { gatherInventory } from "../init/gather-inventory.ts";
import { warnUnread } from "../init/warn-unread.ts";
import { warnCredentials } from "../logs/hide-secrets.ts";
import { warnArchitectures } from "../plan/warn-architectures.ts";
import type { Problem } from "../refusal.ts";
import type { Planned } from "./make-plan.ts";

/** @param launches the machines that launchOn means */
export function warnImage(
  { config, declared }: DeclaredImage,
  launches: readonly Facts[],
  root: string,
): readonly Problem[] {
  return [
    ...warnArchitectures(config, launches),
    ...warnCredentials(tellConfig(config, declared)),
    ...warnUnread(config, gatherInventory(root)),
  ];
}

/** In front of those of each plan, where the output, its JSON and the file of `--junit` look for them. */
export function withWarnings(planned: readonly Planned[], warnings: readonly Problem[]): readonly Planned[] {
  return planned.map((each) => {
    const { plan } = each;
    return plan === null ? each : { ...each, plan: { ...plan, warnings: [...warnings, ...plan.warnings] } };
  });
}
