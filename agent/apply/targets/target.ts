// Everything that a plan wants on the disk, with its owner in numbers and its folder proven safe: what can be refused before a
// secret is fetched or a byte is written, all of it at once.

import { lstatSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { FileOwner } from "../../config/config.ts";
import type { FileStep, FolderStep, Plan, SecretStep } from "../../plan/plan.ts";
import { printsSecret } from "../../plan/select-steps.ts";
import { declaredAt, Refusal, type Declared } from "../../refusal.ts";
import { checkDrift } from "./check-drift.ts";
import {
  inFolder,
  isMissingFolder,
  refuseDanger,
  TRUST_NOBODY_ELSE,
  type Folder,
  type Trust,
} from "../../host/folder.ts";
import { forEachGathering } from "../../collect-refusals.ts";
import { locate } from "../change/generation-layout.ts";
import type { ManagedRecord } from "../state/managed.ts";
import { readCurrentFolder, type Attributes } from "../../host/files/read-current.ts";
import { readAccounts, resolveOwner, type Accounts } from "../../host/resolve-owner.ts";

export type Source =
  | { readonly kind: "secret"; readonly step: SecretStep; readonly key: string }
  | { readonly kind: "file"; readonly step: FileStep }
  | { readonly kind: "folder"; readonly step: FolderStep };

export interface Target extends Attributes, Declared {
  readonly path: string;
  readonly source: Source;
  /** Its content is a secret, or prints one. */
  readonly isSecret: boolean;
}

/** A place that a plan names, its owner not looked up yet. */
export type Place = Omit<Target, "uid" | "gid"> & { readonly owner: string; readonly group: string | null };

/** Folders first, then secrets, then files, as the plan has them. */
export function listPlaces(plan: Plan): Place[] {
  return plan.steps.flatMap((step): Place[] => {
    switch (step.kind) {
      case "secret":
        return step.keys.flatMap((key) => {
          const source: Source = { kind: "secret", step, key: key.key };
          return key.path === null ? [] : [{ ...placeFor(key), path: key.path, isSecret: true, source }];
        });
      case "file":
        return [{ ...placeFor(step), path: step.path, isSecret: printsSecret(step), source: { kind: "file", step } }];
      case "folder":
        return [{ ...placeFor(step), path: step.path, isSecret: false, source: { kind: "folder", step } }];
    }
  });
}

function placeFor({ owner, group, mode, at }: FileOwner & Declared): FileOwner & Declared {
  return { owner, group, mode, ...declaredAt(at) };
}

/**
 * @param visit sees each folder that is there already
 * @param managed what parbake wrote before
 */
export function resolveTargets(
  plan: Plan,
  root: string,
  visit: (folder: Folder) => void,
  managed: ManagedRecord = new Map(),
): Target[] {
  const accounts = readAccounts(root);
  const targets: Target[] = [];
  const resolveAll = () =>
    forEachGathering(listPlaces(plan), (place) => {
      if (place.isSecret) checkSecretPlace(place, plan.secretsFolder);
      targets.push(resolveTarget(accounts, place));
    });
  const checkAll = () => {
    const declared = declaredFolders(targets, root);
    forEachGathering(targets, (target) => {
      if (isBelow(plan.secretsFolder, target.path)) checkOwnFolder(target, root);
      else checkFolder(target, plan.secretsFolder, root, declared, visit);
      checkDrift(target, locate(root, plan.secretsFolder, target.path), root, managed);
    });
  };
  forEachGathering([resolveAll, checkAll], (check) => check());
  return targets;
}

export function resolveTarget(accounts: Accounts, { owner, group, ...place }: Place): Target {
  return { ...place, ...resolveOwner(accounts, { owner, group, mode: place.mode }, place.path) };
}

/** The plan's folders as they will be, by their path with the root in front: see Trust. */
export function declaredFolders(targets: readonly Target[], root: string): ReadonlyMap<string, Attributes> {
  const folders = targets.filter(({ source }) => source.kind === "folder");
  return new Map(folders.map(({ path, uid, gid, mode }) => [join(root, path), { uid, gid, mode }]));
}

/** A file's own owner may hold its folder (PostgreSQL's do): it can change the file anyway. A secret's may not. */
export function trustOf(target: Target): Trust {
  return target.isSecret ? TRUST_NOBODY_ELSE : { uids: [target.uid], gids: [target.gid] };
}

export function isBelow(folder: string, path: string): boolean {
  return path.startsWith(`${folder.replace(/\/+$/, "")}/`);
}

/** Whether parbake makes every folder that is missing above `path` itself: as declared, or below the secrets folder, where
 * nothing outlives a boot. */
export function areFoldersOurs(
  path: string,
  secretsFolder: string,
  root: string,
  declared: ReadonlyMap<string, Attributes>,
): boolean {
  if (isBelow(secretsFolder, path)) return true;
  for (let folder = dirname(path); !isThere(join(root, folder)); folder = dirname(folder))
    if (!declared.has(join(root, folder))) return false;
  return true;
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

// The secrets folder itself is checked by checkSecretsFolder, and below it there is nothing but what parbake makes.
function checkOwnFolder({ source, path, uid, gid, mode }: Target, root: string): void {
  if (source.kind === "folder") refuseDanger(join(root, path), { uid, gid, mode }, TRUST_NOBODY_ELSE);
}

function checkFolder(
  target: Target,
  secretsFolder: string,
  root: string,
  declared: ReadonlyMap<string, Attributes>,
  visit: (folder: Folder) => void,
): void {
  try {
    inFolder(root, dirname(target.path), { ...trustOf(target), declared }, (folder) => {
      visit(folder);
      if (target.source.kind === "folder") readCurrentFolder(folder, basename(target.path));
    });
  } catch (error) {
    if (!isMissingFolder(error) || !areFoldersOurs(target.path, secretsFolder, root, declared)) throw error;
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
