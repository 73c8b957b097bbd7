// Whether what is stored is what would be fetched, by version ids alone: the cheap question of a second run. Pure.

import type { SecretStep } from "../plan/plan.ts";
import { wantedVersionId, type SecretDescription } from "./secret-description.ts";

/** What a run leaves behind of each secret that it stored. No value, no hash of one. */
export interface StoredSecret {
  /** Of the step. */
  readonly name: string;
  readonly versionId: string;
  /** What it was fetched for: see declarationOf. */
  readonly declared: string;
}

interface StaleSecret {
  readonly name: string;
  /** Of `no such version` a fetch says more. */
  readonly why: "not stored" | "declared otherwise" | "other version" | "no such version";
}

export function recordSecret(step: SecretStep, { versionId }: { readonly versionId: string }): StoredSecret {
  return { name: step.name, versionId, declared: declarationOf(step) };
}

/** What decides which values are fetched. Where they land, and what is done then, is no reason to fetch them again. */
export function declarationOf({ id, region, version, keys }: SecretStep): string {
  return JSON.stringify({
    id,
    region,
    version,
    keys: keys.map(({ key, pointer, newline }) => ({ key, pointer, newline })),
  });
}

/** A version that is pinned needs no description: it never changes. */
export function needsDescription({ version }: SecretStep): boolean {
  return version?.kind !== "pinned";
}

/**
 * Those of the steps that must be fetched; none: everything is current.
 * @param descriptions by step name
 */
export function findStale(
  steps: readonly SecretStep[],
  descriptions: ReadonlyMap<string, SecretDescription>,
  stored: readonly StoredSecret[],
): StaleSecret[] {
  const byName = new Map(stored.map((each) => [each.name, each]));
  return steps.flatMap((step) => {
    const held = byName.get(step.name);
    const why = compare(step, held, wantedOf(step, descriptions.get(step.name)));
    return why === null ? [] : [{ name: step.name, why }];
  });
}

function wantedOf(step: SecretStep, description: SecretDescription | undefined): string | null {
  if (step.version?.kind === "pinned") return step.version.versionId;
  return description === undefined || description.isDeleted ? null : wantedVersionId(step, description);
}

function compare(step: SecretStep, held: StoredSecret | undefined, wanted: string | null): StaleSecret["why"] | null {
  if (wanted === null) return "no such version";
  if (held === undefined) return "not stored";
  if (held.versionId !== wanted) return "other version";
  return held.declared === declarationOf(step) ? null : "declared otherwise";
}
