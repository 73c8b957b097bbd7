// Every file that a plan wants, with its owner in numbers and its folder proven safe: what can be refused before a secret
// is fetched or a byte is written, all of it at once.

import { dirname } from "node:path";
import type { FileStep, Plan, SecretStep } from "../plan/plan.ts";
import { printsSecret } from "../plan/select-steps.ts";
import { Refusal } from "../refusal.ts";
import { inFolder, isMissingFolder, TRUST_NOBODY_ELSE, type Folder, type Trust } from "./folder.ts";
import { forEachGathering } from "./gather-refusals.ts";
import type { Attributes } from "./read-current.ts";
import { readAccounts, resolveOwner, type Accounts } from "./resolve-owner.ts";

export type Source =
  | { readonly kind: "secret"; readonly step: SecretStep; readonly key: string }
  | { readonly kind: "file"; readonly step: FileStep };

export interface Target extends Attributes {
  readonly path: string;
  readonly source: Source;
  /** Its content is a secret, or prints one. */
  readonly isSecret: boolean;
}

/** A place that a plan names, its owner not looked up yet. */
export type Place = Omit<Target, "uid" | "gid"> & { readonly owner: string; readonly group: string | null };

/** Secrets first, then files, as the plan has them. */
export function listPlaces(plan: Plan): Place[] {
  return plan.steps.flatMap((step): Place[] => {
    switch (step.kind) {
      case "secret":
        return step.keys.flatMap(({ path, key, owner, group, mode }) => {
          const source: Source = { kind: "secret", step, key };
          return path === null ? [] : [{ path, owner, group, mode, isSecret: true, source }];
        });
      case "file": {
        const { path, owner, group, mode } = step;
        return [{ path, owner, group, mode, isSecret: printsSecret(step), source: { kind: "file", step } }];
      }
    }
  });
}

/** `visit` sees each folder that is there already. */
export function resolveTargets(plan: Plan, root: string, visit: (folder: Folder) => void): Target[] {
  const accounts = readAccounts(root);
  return forEachGathering(listPlaces(plan), (place) => {
    if (place.isSecret) checkSecretPlace(place, plan.secretsFolder);
    const target = resolveTarget(accounts, place);
    checkFolder(target, plan.secretsFolder, root, visit);
    return target;
  });
}

export function resolveTarget(accounts: Accounts, { owner, group, ...place }: Place): Target {
  return { ...place, ...resolveOwner(accounts, { owner, group, mode: place.mode }, place.path) };
}

/** A file's own owner may hold its folder (PostgreSQL's do): it can change the file anyway. A secret's may not. */
export function trustOf(target: Target): Trust {
  return target.isSecret ? TRUST_NOBODY_ELSE : { uids: [target.uid], gids: [target.gid] };
}

export function isBelow(folder: string, path: string): boolean {
  return path.startsWith(`${folder}/`);
}

function checkFolder(target: Target, secretsFolder: string, root: string, visit: (folder: Folder) => void): void {
  try {
    inFolder(root, dirname(target.path), trustOf(target), visit);
  } catch (error) {
    // Below the secrets folder nothing outlives a boot, so the folders are ours to make.
    if (!isMissingFolder(error) || !isBelow(secretsFolder, target.path)) throw error;
  }
}

// The config says both before; here they are the last line of defence.
function checkSecretPlace({ path, mode }: Place, secretsFolder: string): void {
  if (!isBelow(secretsFolder, path)) {
    const what = `${path} would hold a secret outside of ${secretsFolder}`;
    throw new Refusal("config", { what, fix: "Render it below the secrets folder." });
  }
  if ((mode & 0o007) !== 0) {
    const what = `${path} would hold a secret that every user can reach (mode 0${mode.toString(8)})`;
    throw new Refusal("config", { what, fix: "Leave the last digit of the mode 0." });
  }
}
