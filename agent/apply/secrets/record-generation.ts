// What the record of the next generation says: which versions of which secrets, and what each file was made from.

import type { Folder } from "../../host/folder.ts";
import type { Plan } from "../../plan/plan.ts";
import type { Selection } from "./choose-secrets.ts";
import type { ExaminedFile } from "./examine-generation.ts";
import { neededSecrets } from "./needed-secrets.ts";
import { dateSecret, recordFile, type DatedSecret, type StoredGeneration } from "./stored-generation.ts";

interface Recorded {
  readonly files: readonly Pick<ExaminedFile, "stored">[];
  /** Names of files of the current generation that go along. */
  readonly carried: readonly string[];
  readonly secrets: readonly DatedSecret[];
  /** The record of the current generation. */
  readonly stored: StoredGeneration | null;
}

/** @param generation where the files lie */
export function recordGeneration(generation: Folder, { files, carried, secrets, stored }: Recorded): StoredGeneration {
  const along = (stored?.files ?? []).filter(({ name }) => carried.includes(name));
  return { secrets, files: [...files.map((file) => recordFile(generation, file.stored)), ...along] };
}

/**
 * Each with the time when its version was fetched first; with those of other parts, where the plan is a part of one.
 * @param fetchedAt of what this run has fetched: ISO 8601, UTC
 */
export function dateSecrets(
  plan: Plan,
  { fetched, unfetched }: Selection,
  stored: StoredGeneration | null,
  fetchedAt: string,
): DatedSecret[] {
  const known = new Map((stored?.secrets ?? []).map((secret) => [secret.name, secret]));
  const needed = neededSecrets(plan).flatMap((step) => {
    const secret = fetched.get(step.name);
    if (secret === undefined) return unfetched.get(step.name) ?? [];
    const now = dateSecret(step, secret.versionId, fetchedAt);
    const before = known.get(step.name);
    return before?.versionId === now.versionId ? { ...now, fetchedAt: before.fetchedAt } : now;
  });
  if (plan.part === null) return needed;
  const names = new Set(needed.map(({ name }) => name));
  return [...needed, ...[...known.values()].filter(({ name }) => !names.has(name))];
}
