// Resolves what a plan wants on the disk, and refuses at once all that can be refused before a secret is fetched or a byte is
// written: owners that do not exist, unsafe folders, misplaced secrets, edits by hand.

import { basename, dirname, join } from "node:path";
import { forEachGathering } from "../../collect-refusals.ts";
import type { Attributes } from "../../host/attributes.ts";
import { readCurrentFolder } from "../../host/files/read-current.ts";
import { inFolder, isMissingFolder, refuseDanger, TRUST_NOBODY_ELSE } from "../../host/folder.ts";
import { readAccounts } from "../../host/resolve-owner.ts";
import { isBelow } from "../../names/plain-path.ts";
import type { Plan } from "../../plan/plan.ts";
import { Refusal } from "../../refusal.ts";
import type { ManagedRecord } from "../state/managed.ts";
import { checkDrift } from "./check-drift.ts";
import {
  areFoldersOurs,
  declaredFolders,
  listUnresolved,
  resolveTarget,
  trustOf,
  type UnresolvedTarget,
  type Target,
} from "./target.ts";

/** @param managed what parbake wrote before */
export function checkTargets(plan: Plan, root: string, managed: ManagedRecord): Target[] {
  const accounts = readAccounts(root);
  const targets: Target[] = [];
  const resolveAll = () =>
    forEachGathering(listUnresolved(plan), (target) => {
      if (target.isSecret) checkSecretPlace(target, plan.secretsFolder);
      targets.push(resolveTarget(accounts, target));
    });
  const checkAll = () => {
    const declared = declaredFolders(targets, root);
    forEachGathering(targets, (target) => {
      if (isBelow(plan.secretsFolder, target.path)) checkOwnFolder(target, root);
      else checkFolder(target, plan.secretsFolder, root, declared);
      checkDrift(target, plan.secretsFolder, root, managed);
    });
  };
  forEachGathering([resolveAll, checkAll], (check) => check());
  return targets;
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
): void {
  try {
    inFolder(root, dirname(target.path), { ...trustOf(target), declared }, (folder) => {
      if (target.source.kind === "folder") readCurrentFolder(folder, basename(target.path));
    });
  } catch (error) {
    if (!isMissingFolder(error) || !areFoldersOurs(target.path, secretsFolder, root, declared)) throw error;
  }
}

// The config says both before; here they are the last line of defence.
function checkSecretPlace({ path, mode }: UnresolvedTarget, secretsFolder: string): void {
  if (!isBelow(secretsFolder, path)) {
    const what = `${path} would hold a secret outside of ${secretsFolder}`;
    throw new Refusal("config", { what, fix: "Render it below the secrets folder." });
  }
  if ((mode & 0o007) !== 0) {
    const what = `${path} would hold a secret that every user can reach (mode 0${mode.toString(8)})`;
    throw new Refusal("config", { what, fix: "Leave the last digit of the mode 0." });
  }
}
