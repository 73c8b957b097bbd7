// Mounts the secrets folder, sweeps what a killed run left, and refuses all that can be refused before the first byte of a secret
// is fetched or a file is written: folders and owners of every target, links in the way.

import { dirname } from "node:path";
import { forEachGathering } from "../collect-refusals.ts";
import { removeLeftovers } from "../host/files/temporary.ts";
import { inEntry, inFolderIfThere, TRUST_NOBODY_ELSE } from "../host/folder.ts";
import { isBelow } from "../names/plain-path.ts";
import type { Plan, Step } from "../plan/plan.ts";
import { Refusal, type Problem } from "../refusal.ts";
import type { Storage } from "../report/report.ts";
import { sweepGenerations } from "./change/flip-generation.ts";
import { findUndeclared, type Undeclared } from "./files/undeclared.ts";
import type { Candidate } from "./secrets/choose-secrets.ts";
import { checkLinks } from "./secrets/link-credentials.ts";
import { listCandidates } from "./secrets/list-candidates.ts";
import { describeMissing } from "./secrets/memory-guarantee.ts";
import { mountSecrets, type StorageContext } from "./secrets/mount-secrets.ts";
import { readStored, type StoredGeneration } from "./secrets/stored-generation.ts";
import type { ManagedState } from "./state/managed.ts";
import { checkTargets } from "./targets/check-targets.ts";
import { declaredFolders, listUnresolved, trustOf, type Target } from "./targets/target.ts";

/** What the run builds on. */
export interface Found {
  readonly targets: readonly Target[];
  readonly managed: ManagedState;
  readonly undeclared: readonly Undeclared[];
  readonly stored: StoredGeneration | null;
  /** The files that secrets land in. */
  readonly candidates: readonly Candidate[];
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

/** The file system of the secrets. */
export interface Store {
  /** Null: the plan needs none, or it is not fit. */
  readonly storage: Storage | null;
  /** Why it is not fit. */
  readonly trouble: Refusal | null;
  readonly warnings: readonly Problem[];
}

/** Mounts it where the plan puts something there and nothing is mounted yet. */
export async function mountStore(plan: Plan, context: StorageContext): Promise<Store> {
  if (!listUnresolved(plan).some((place) => isInStore(plan, place)))
    return { storage: null, trouble: null, warnings: [] };
  try {
    const { missingOptions, ...storage } = await mountSecrets(plan, context);
    // An image that is being built boots with another mount.
    const warnings = context.root === "/" ? describeMissing({ ...storage, missingOptions }) : [];
    return { storage, trouble: null, warnings };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { storage: null, trouble: error, warnings: [] };
  }
}

/**
 * @param plan without what needs the secrets folder, where that is not fit
 * @throws Refusal with everything that stands in the way
 */
export function prepareRun(plan: Plan, managed: ManagedState, { trouble }: Store, root: string): Found {
  const checks = [
    () => {
      if (trouble === null) sweepStore(root, plan.secretsFolder);
      return [];
    },
    () => {
      checkLinks(plan, root);
      return [];
    },
    () => checkTargets(plan, root, managed.files),
  ];
  const targets = forEachGathering(checks, (check) => check()).flat();
  sweepFolders(targets, plan, root);
  const stored = readStored(root, plan.secretsFolder);
  return {
    targets,
    managed,
    undeclared: findUndeclared(plan, root, managed.files),
    stored,
    candidates: listCandidates(
      { root, secretsFolder: plan.secretsFolder },
      targets.filter((target) => isInStore(plan, target)),
      stored,
    ),
  };
}

function sweepStore(root: string, secretsFolder: string): void {
  inFolderIfThere(root, secretsFolder, TRUST_NOBODY_ELSE, (folder) =>
    inEntry(folder, ".", () => sweepGenerations(folder)),
  );
}

/** Removes the temporary files beside the targets, in each folder once. */
function sweepFolders(targets: readonly Target[], plan: Plan, root: string): void {
  const declared = declaredFolders(targets, root);
  const outside = targets.filter((target) => !isInStore(plan, target));
  const byFolder = new Map(outside.map((target) => [dirname(target.path), { ...trustOf(target), declared }]));
  for (const [path, trust] of byFolder) inFolderIfThere(root, path, trust, removeLeftovers);
}
