// Which security updates an image lacks, or why that could not be known, as findings of the severity that the config gives them. Pure.

import type { SealConfig } from "../config/seal-config.ts";
import type { Finding } from "../seal/finding.ts";

export interface Update {
  readonly name: string;
  /** Null: a package that is not installed yet, such as a kernel of the next series; or dnf, which does not say it. */
  readonly from: string | null;
  readonly to: string;
  readonly isSecurity: boolean;
}

export type PendingUpdates =
  | { readonly kind: "known"; readonly updates: readonly Update[]; readonly upgrade: string }
  /** `why` is the end of a sentence. */
  | { readonly kind: "unknown"; readonly why: string };

export function tellUpdates(pending: PendingUpdates, policy: UpdatesPolicy): Finding[] {
  switch (pending.kind) {
    case "known":
      return tellPending(pending.updates, pending.upgrade, policy);
    case "unknown":
      return [
        {
          kind: "unknown-updates",
          severity: "warn",
          what: `it could not be known whether the image lacks security updates: ${pending.why}`,
          fix: "Seal it where the package repositories can be reached, or set `seal: { updates: ignore }`.",
        },
      ];
  }
}

type UpdatesPolicy = Exclude<SealConfig["updates"], "ignore">;

const MOST_NAMED = 20;

function tellPending(all: readonly Update[], upgrade: string, severity: UpdatesPolicy): Finding[] {
  const security = all.filter(({ isSecurity }) => isSecurity);
  if (security.length === 0) return [];
  const named = security
    .slice(0, MOST_NAMED)
    .map(({ name, from, to }) => `${name} ${from === null ? "" : `${from} → `}${to}`);
  const more = security.length > MOST_NAMED ? `, and ${security.length - MOST_NAMED} more` : "";
  const what = `the image lacks ${security.length === 1 ? "a security update" : `${security.length} security updates`}: ${named.join(", ")}${more}`;
  const fix = `Run \`${upgrade}\` in the bake, before parbake seals it.`;
  return [{ kind: "pending-updates", severity, what, fix }];
}
