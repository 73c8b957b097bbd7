// Whether apply would rewrite a file of secrets, by versions and by what was declared of it. Never reads a value, so there
// is a third answer: `present`, which only apply can tell further.

import { nameInGeneration } from "../apply/change/generation-layout.ts";
import { declare, type StoredGeneration } from "../apply/secrets/stored-generation.ts";
import type { ManagedRecord } from "../apply/state/managed.ts";
import { type UnresolvedTarget } from "../apply/targets/target.ts";
import { isBelow } from "../names/plain-path.ts";
import type { Plan } from "../plan/plan.ts";

/** Secrets Manager's ids of the current versions, by the secret's name in the config. */
export type SecretVersions = ReadonlyMap<string, string>;

interface KnownOfSecrets {
  readonly plan: Plan;
  readonly managed: ManagedRecord;
  readonly versions: SecretVersions;
  /** Null: there is none, or whoever asks may not look. */
  readonly stored: StoredGeneration | null;
}

export function compareSecret(target: UnresolvedTarget, known: KnownOfSecrets): "present" | "unchanged" | "update" {
  const byVersions = compareVersions(target, known);
  if (byVersions === "update" || !isDeclaredOtherwise(target, known)) return byVersions;
  // Around the secrets of a template other text stands; another key of a secret may hold the same.
  return target.source.kind === "file" ? "update" : "present";
}

function compareVersions({ path, source }: UnresolvedTarget, { managed, versions }: KnownOfSecrets) {
  const entry = managed.get(path);
  const stored = entry?.kind === "secret" ? entry.versionIds : {};
  const names = source.kind === "secret" ? [source.step.name] : Object.keys(stored);
  if (names.length === 0 || names.some((name) => !versions.has(name) || !(name in stored))) return "present";
  return names.every((name) => versions.get(name) === stored[name]) ? "unchanged" : "update";
}

function isDeclaredOtherwise(target: UnresolvedTarget, { plan, stored }: KnownOfSecrets): boolean {
  if (!isBelow(plan.secretsFolder, target.path)) return false;
  const name = nameInGeneration(plan.secretsFolder, target.path);
  const file = stored?.files.find((one) => one.name === name);
  return file !== undefined && file.declared !== declare(target);
}
