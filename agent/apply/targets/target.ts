// Everything that a plan wants on the disk, and who owns it. Never looks at the files themselves.

import { lstatSync } from "node:fs";
import { dirname, join } from "node:path";
import type { OnChange } from "../../config/config.ts";
import type { Attributes, FileOwner } from "../../host/attributes.ts";
import { TRUST_NOBODY_ELSE, type Trust } from "../../host/folder.ts";
import { resolveOwner, type Accounts } from "../../host/resolve-owner.ts";
import { isBelow } from "../../names/plain-path.ts";
import type { FileStep, FolderStep, Plan, SecretStep } from "../../plan/plan.ts";
import { printsSecret } from "../../plan/select-steps.ts";
import { declaredAt, type Declared } from "../../refusal.ts";

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

/** As the plan has it: the ids of its owner and group are not known yet. */
export type UnresolvedTarget = Omit<Target, "uid" | "gid"> & { readonly owner: string; readonly group: string | null };

/** Folders first, then secrets, then files, as the plan has them. */
export function listUnresolved(plan: Plan): UnresolvedTarget[] {
  return plan.steps.flatMap((step): UnresolvedTarget[] => {
    switch (step.kind) {
      case "secret":
        return step.keys.flatMap((key) => {
          const source: Source = { kind: "secret", step, key: key.key };
          return key.path === null ? [] : [{ ...ownerOf(key), path: key.path, isSecret: true, source }];
        });
      case "file":
        return [{ ...ownerOf(step), path: step.path, isSecret: printsSecret(step), source: { kind: "file", step } }];
      case "folder":
        return [{ ...ownerOf(step), path: step.path, isSecret: false, source: { kind: "folder", step } }];
    }
  });
}

function ownerOf({ owner, group, mode, at }: FileOwner & Declared): FileOwner & Declared {
  return { owner, group, mode, ...declaredAt(at) };
}

export function resolveTarget(accounts: Accounts, { owner, group, ...target }: UnresolvedTarget): Target {
  return { ...target, ...resolveOwner(accounts, { owner, group, mode: target.mode }, target.path) };
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

/** What is done when a target has new content. */
export function actionsOf(source: Source): readonly OnChange[] {
  switch (source.kind) {
    case "file":
      return source.step.onChange;
    case "secret":
      return source.step.keys.find(({ key }) => key === source.key)?.onChange ?? [];
    case "folder":
      return [];
  }
}
