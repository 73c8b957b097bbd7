// What is to become of the files that parbake once wrote and the plan no longer declares. Only what parbake made, and nobody
// has edited since, is removed; all else is left alone and forgotten. Never writes.

import { basename, dirname, join } from "node:path";
import type { OnChange } from "../../config/config.ts";
import { explainFileError } from "../../host/file-error.ts";
import { findIdentity, readCurrent } from "../../host/files/read-current.ts";
import { inFolder, isMissingFolder, TRUST_NOBODY_ELSE, type Folder, type Trust } from "../../host/folder.ts";
import { isBelow } from "../../names/plain-path.ts";
import type { Plan } from "../../plan/plan.ts";
import { Refusal, type Problem } from "../../refusal.ts";
import type { Removal } from "../change/change.ts";
import { locate } from "../change/generation-layout.ts";
import type { Managed, ManagedFile, ManagedRecord } from "../state/managed.ts";
import { isAsWritten } from "../targets/contact.ts";
import { stageRemoval } from "./stage-file.ts";

export interface Undeclared {
  readonly path: string;
  readonly trust: Trust;
  /** Owed when it is removed. */
  readonly onChange: readonly OnChange[];
  /** Why it stays; null: it goes. */
  readonly staysBecause: string | null;
  /** Whether it goes with the generation that it is in. */
  readonly isInGeneration: boolean;
  /** What parbake inspected: see identityOf. */
  readonly seen: string;
}

/** None for a part of a plan, which does not say what is no longer declared. What is gone already is in no list. */
export function findUndeclared(plan: Plan, root: string, managed: ManagedRecord): Undeclared[] {
  if (plan.part !== null) return [];
  const declared = declaredPaths(plan);
  return [...managed.values()].flatMap((entry) => {
    const undeclared = declared.has(entry.path) ? null : inspectEntry(entry, plan.secretsFolder, root);
    return undeclared === null ? [] : [undeclared];
  });
}

export interface StagedRemoval {
  readonly path: string;
  readonly onChange: readonly OnChange[];
  /** Null: it goes with its generation. */
  readonly change: Removal | null;
}

export function stageRemovals(undeclared: readonly Undeclared[]): StagedRemoval[] {
  const going = undeclared.filter(({ staysBecause }) => staysBecause === null);
  return going.map(({ path, trust, onChange, isInGeneration, seen }) => ({
    path,
    onChange,
    change: isInGeneration ? null : stageRemoval(path, trust, seen),
  }));
}

export function warningsOf(undeclared: readonly Undeclared[]): Problem[] {
  return undeclared.flatMap(({ path, staysBecause }) =>
    staysBecause === null ? [] : [describeStay(path, staysBecause)],
  );
}

function declaredPaths({ steps }: Plan): ReadonlySet<string> {
  const paths = steps.flatMap((step) => (step.kind === "secret" ? step.keys.map(({ path }) => path) : [step.path]));
  return new Set(paths.filter((path) => path !== null));
}

/** For the operator, of one that stays. */
export function describeStay(path: string, why: string): Problem {
  const what = `${path} is no longer declared, and parbake leaves it alone: ${why}`;
  return { what, fix: "Remove it by hand if nothing reads it." };
}

function inspectEntry(entry: Managed, secretsFolder: string, root: string): Undeclared | null {
  const { path, onChange } = entry;
  const place = locate(root, secretsFolder, path);
  const isInGeneration = place !== path;
  const trust = entry.kind === "file" ? { uids: [entry.uid], gids: [entry.gid] } : TRUST_NOBODY_ELSE;
  const found = { path, trust, onChange, isInGeneration, seen: "", staysBecause: null };
  try {
    return inFolder(root, dirname(place), trust, (folder) => {
      const seen = findIdentity(folder, basename(path));
      if (seen === null) return null;
      if (isInGeneration) return found;
      const staysBecause = entry.kind === "file" ? findHold(folder, entry) : findSecretHold(path, secretsFolder);
      return { ...found, seen, staysBecause };
    });
  } catch (error) {
    const refusal = explainFileError(error, join(root, path));
    if (!(refusal instanceof Refusal)) throw refusal;
    return isMissingFolder(refusal)
      ? null
      : { ...found, staysBecause: refusal.problems.map(({ what }) => what).join("; ") };
  }
}

function findHold(folder: Folder, entry: ManagedFile): string | null {
  if (!entry.created) return "it was there before parbake";
  const current = readCurrent(folder, basename(entry.path), entry.sizeBytes);
  return current.kind === "file" && isAsWritten(current, entry) ? null : "it was edited by hand";
}

// parbake puts a secret into a generation alone, and nothing is known of its content that could tell an edit.
function findSecretHold(path: string, secretsFolder: string): string {
  return isBelow(secretsFolder, path)
    ? "somebody put it where parbake had a link"
    : `it holds a secret, and is not below ${secretsFolder}`;
}
