// All that can be refused before the first byte of a secret is fetched or a file is written: the file system of the secrets,
// folders and owners of every target, links in the way. Sweeps what a killed run left.

import type { Plan, Step } from "../plan/plan.ts";
import { Refusal } from "../refusal.ts";
import { sweepGenerations } from "./change/flip-generation.ts";
import { inEntry, inFolder, isMissingFolder, TRUST_NOBODY_ELSE } from "../host/folder.ts";
import { forEachGathering } from "../collect-refusals.ts";
import { checkLinks } from "./secrets/link-credentials.ts";
import { describeDamage, readManaged, type ManagedState } from "./state/managed.ts";
import { prepareStorage, type StorageContext } from "./secrets/mount-secrets.ts";
import { findUndeclared, type Undeclared } from "./files/undeclared.ts";
import type { RunRecord } from "../report/run-record.ts";
import { describeMissing } from "./secrets/memory-guarantee.ts";
import { readStored, type StoredGeneration } from "./secrets/stored-generation.ts";
import { listPlaces, type Target } from "./targets/target.ts";
import { removeLeftovers } from "../host/files/temporary.ts";
import { isBelow } from "../names/plain-path.ts";
import { resolveTargets } from "./targets/check-targets.ts";

/** What the run builds on. */
export interface Found {
  readonly targets: readonly Target[];
  readonly managed: ManagedState;
  readonly undeclared: readonly Undeclared[];
  readonly stored: StoredGeneration | null;
}

/** Where only a part of the plan is possible, nothing is known to be no longer declared. */
export function narrow(found: Found, { part, steps }: Plan): Found {
  const wanted = new Set<Step>(steps);
  const targets = found.targets.filter(({ source }) => wanted.has(source.step));
  return { ...found, targets, undeclared: part === null ? found.undeclared : [] };
}

export function isInStore({ secretsFolder }: Plan, { path }: Pick<Target, "path">): boolean {
  return isBelow(secretsFolder, path);
}

/** Throws with all that stands in the way at once. */
export async function checkAll(plan: Plan, options: StorageContext, record: RunRecord): Promise<Found> {
  const { root } = options;
  const managed = readManaged(root);
  if (managed.isDamaged) record.warn([describeDamage(root)], options.log);
  const isStoreWanted = listPlaces(plan).some((place) => isInStore(plan, place));
  const trouble = isStoreWanted ? await checkStore(plan, options, record) : null;
  const checks = [
    () => {
      if (trouble !== null) throw trouble;
      sweepStore(root, plan.secretsFolder);
      return [];
    },
    () => {
      checkLinks(plan, root);
      return [];
    },
    () => resolveTargets(plan, root, removeLeftovers, managed.files),
  ];
  const targets = forEachGathering(checks, (check) => check()).flat();
  const stored = readStored(root, plan.secretsFolder);
  return { targets, managed, undeclared: findUndeclared(plan, root, managed.files), stored };
}

async function checkStore(plan: Plan, options: StorageContext, record: RunRecord): Promise<Refusal | null> {
  try {
    const { missingOptions, ...storage } = await prepareStorage(plan, options);
    record.storage = storage;
    // Of an image that is being built it says nothing: it boots with another mount.
    if (options.root === "/") record.warn(describeMissing({ ...storage, missingOptions }), options.log);
    return null;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return error;
  }
}

function sweepStore(root: string, secretsFolder: string): void {
  try {
    inFolder(root, secretsFolder, TRUST_NOBODY_ELSE, (folder) => inEntry(folder, ".", () => sweepGenerations(folder)));
  } catch (error) {
    if (!isMissingFolder(error)) throw error;
  }
}
