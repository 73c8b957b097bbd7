// What apply would change on this machine, for the printers: the plan's places compared with what is there, and with what
// parbake last wrote. Never writes, never fetches a secret.

import { isUtf8 } from "node:buffer";
import { basename, dirname, join } from "node:path";
import { findInTheWay, locate, nameInGeneration, topNameOf } from "../apply/change/generation-layout.ts";
import { findGift } from "../apply/files/stage-folder.ts";
import { describeStay, findUndeclared, type Undeclared } from "../apply/files/undeclared.ts";
import { tryReadStored, type StoredGeneration } from "../apply/secrets/stored-generation.ts";
import { readManaged, type Managed, type ManagedRecord } from "../apply/state/managed.ts";
import { compareWithRecord, findDriftProblem, isKept, limitOf, type Contact } from "../apply/targets/contact.ts";
import { plainText } from "../apply/targets/plain-text.ts";
import {
  areFoldersOurs,
  declaredFolders,
  listUnresolved,
  resolveTarget,
  trustOf,
  type UnresolvedTarget,
  type Target,
} from "../apply/targets/target.ts";
import { sameAttributes, type Attributes } from "../host/attributes.ts";
import { explainFileError, explainingErrors } from "../host/file-error.ts";
import {
  compareFile,
  findAttributes,
  readCurrent,
  readCurrentFolder,
  type Current,
} from "../host/files/read-current.ts";
import { inFolder, isMissingFolder, TRUST_NOBODY_ELSE, type Folder } from "../host/folder.ts";
import { readAccounts, type Accounts } from "../host/resolve-owner.ts";
import { isBelow } from "../names/plain-path.ts";
import type { FileStep, Plan } from "../plan/plan.ts";
import { placeProblem, Refusal, type Problem } from "../refusal.ts";
import { compareSecret, type SecretVersions } from "./compare-secret.ts";
import type { ChangeKind, PlannedChange, RemovalChange } from "./planned-change.ts";

/** A diff of more is no help to anyone. */
const MOST_TEXT_BYTES = 1024 * 1024;

/**
 * In the plan's order, and what is no longer declared at the end.
 * @param versions with them `present` becomes `update` or `unchanged`, where the record knows the version that is there
 */
export function inspectPlan(plan: Plan, root: string, versions: SecretVersions = new Map()): PlannedChange[] {
  const accounts = readAccounts(root);
  const managed = readManaged(root).files;
  const resolved = listUnresolved(plan).map((target) => resolve(accounts, target));
  const targets = resolved.flatMap(({ target }) => (target === null ? [] : [target]));
  const stored = tryReadStored(root, plan.secretsFolder);
  const view: View = { plan, root, managed, versions, stored, declared: declaredFolders(targets, root) };
  return [...resolved.map((one) => inspectOne(one, view)), ...findUndeclared(plan, root, managed).map(tellRemoval)];
}

interface View {
  readonly plan: Plan;
  readonly root: string;
  readonly managed: ManagedRecord;
  readonly versions: SecretVersions;
  readonly stored: StoredGeneration | null;
  readonly declared: ReadonlyMap<string, Attributes>;
}

interface Resolved {
  readonly unresolved: UnresolvedTarget;
  /** Null where the owner is not known here. */
  readonly target: Target | null;
  readonly problem: Problem | null;
}

interface Finding {
  readonly change: ChangeKind;
  readonly problem: Problem | null;
  /** Of a folder. */
  readonly attributes: Attributes | null;
  readonly current: Current | null;
  readonly contact: Contact | null;
}

const NOTHING: Omit<Finding, "change"> = { problem: null, attributes: null, current: null, contact: null };

function inspectOne(resolved: Resolved, view: View): PlannedChange {
  const { unresolved, target } = resolved;
  const found = inspectTarget(resolved, view);
  const { path, source } = unresolved;
  const problem = resolved.problem ?? found.problem;
  const common = { path, change: found.change, problem: problem && placeProblem(problem, unresolved) };
  const targetAttributes = target && { uid: target.uid, gid: target.gid, mode: target.mode };
  switch (source.kind) {
    case "secret":
      return { kind: "secret", step: source.step, key: source.key, ...common };
    case "folder":
      return { kind: "folder", step: source.step, ...common, currentAttributes: found.attributes, targetAttributes };
    case "file": {
      const file = found.current?.kind === "file" ? found.current : null;
      return {
        kind: "file",
        step: source.step,
        ...common,
        currentText: mayHoldSecret(unresolved, view) ? null : textOf(file?.bytes ?? null),
        newText: plainText(source.step),
        currentAttributes: file?.attributes ?? null,
        targetAttributes,
        drift: found.contact?.kind === "drifted" ? { since: found.contact.since } : null,
        adopted: found.contact?.kind === "adopted",
      };
    }
  }
}

// What stands there may be of a template that printed a secret when the file was written, and does no more.
function mayHoldSecret({ path, isSecret }: UnresolvedTarget, { plan, managed }: View): boolean {
  return isSecret || isBelow(plan.secretsFolder, path) || managed.get(path)?.kind === "secret";
}

function tellRemoval({ path, staysBecause }: Undeclared): RemovalChange {
  const note = staysBecause === null ? null : describeStay(path, staysBecause);
  return { kind: "removal", step: null, path, change: note === null ? "remove" : "kept", problem: null, note };
}

function resolve(accounts: Accounts, unresolved: UnresolvedTarget): Resolved {
  try {
    return { unresolved, target: resolveTarget(accounts, unresolved), problem: null };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { unresolved, target: null, problem: error.problems[0] ?? null };
  }
}

function inspectTarget({ unresolved, target }: Resolved, view: View): Finding {
  const { plan, root, declared } = view;
  const trust = { ...(target ? trustOf(target) : TRUST_NOBODY_ELSE), declared };
  try {
    const obstacle = findObstacle(root, plan.secretsFolder, unresolved.path);
    if (obstacle !== null) return { ...NOTHING, change: "unknown", problem: obstacle };
    const at = locate(root, plan.secretsFolder, unresolved.path);
    return inFolder(root, dirname(at), trust, (folder) => inspectIn(folder, unresolved, target, view));
  } catch (error) {
    const refusal = explainFileError(error, join(root, unresolved.path));
    if (!(refusal instanceof Refusal)) throw refusal;
    const problem = refusal.problems[0] ?? null;
    if (!isMissingFolder(refusal)) return { ...NOTHING, change: "unknown", problem };
    const isOurs = areFoldersOurs(unresolved.path, plan.secretsFolder, root, declared);
    return { ...NOTHING, change: "create", problem: isOurs ? null : problem };
  }
}

/** What is in the way of the link that a file of the secrets folder needs. */
function findObstacle(root: string, secretsFolder: string, path: string): Problem | null {
  if (!isBelow(secretsFolder, path)) return null;
  return inFolder(root, secretsFolder, TRUST_NOBODY_ELSE, (folder) =>
    findInTheWay(folder, topNameOf(nameInGeneration(secretsFolder, path))),
  );
}

function inspectIn(folder: Folder, unresolved: UnresolvedTarget, target: Target | null, view: View): Finding {
  const { path, source } = unresolved;
  const name = basename(path);
  if (source.kind === "folder") return inspectFolder(folder, name, unresolved.mode, target);
  const newText = source.kind === "file" ? plainText(source.step) : null;
  if (source.kind === "secret" || newText === null) return inspectSecret(folder, name, unresolved, target, view);
  const contents = { entry: view.managed.get(path), bytes: Buffer.from(newText) };
  return inspectFile(folder, unresolved, target, contents, source.step.onDrift);
}

function inspectFolder(parent: Folder, name: string, mode: number, target: Target | null): Finding {
  const attributes = readCurrentFolder(parent, name);
  if (attributes === null) return { ...NOTHING, change: "create" };
  const wanted = target ?? { ...attributes, mode };
  if (sameAttributes(attributes, wanted)) return { ...NOTHING, change: "unchanged", attributes };
  return { ...NOTHING, change: "attributes", problem: findGift(parent, name, attributes, wanted), attributes };
}

function inspectSecret(
  folder: Folder,
  name: string,
  unresolved: UnresolvedTarget,
  target: Target | null,
  view: View,
): Finding {
  const found = explainingErrors(join(folder.shownPath, name), () => findAttributes(folder, name));
  if (found === null) return { ...NOTHING, change: "create" };
  const change = compareSecret(unresolved, view);
  // Where the version is not known, only apply can tell whether that is all.
  const isFixed = change === "unchanged" && found !== "other" && target !== null && !sameAttributes(found, target);
  return { ...NOTHING, change: isFixed ? "attributes" : change };
}

function inspectFile(
  folder: Folder,
  { path, mode }: UnresolvedTarget,
  target: Target | null,
  { entry, bytes }: { readonly entry: Managed | undefined; readonly bytes: Buffer },
  onDrift: FileStep["onDrift"],
): Finding {
  const limitBytes = Math.max(limitOf(entry, bytes), MOST_TEXT_BYTES);
  const current = readCurrent(folder, basename(path), limitBytes);
  const contact = compareWithRecord(current, entry, bytes);
  const problem = findDriftProblem(path, contact, onDrift);
  if (isKept(contact, onDrift)) return { ...NOTHING, change: "kept", current, contact };
  const there = current.kind === "file" ? current.attributes : { uid: 0, gid: 0, mode };
  // Where the owner is not known, content and mode still tell.
  const wanted = { path, bytes, mode, uid: target?.uid ?? there.uid, gid: target?.gid ?? there.gid };
  return { ...NOTHING, change: compareFile(current, wanted), problem, current, contact };
}

function textOf(bytes: Buffer | null): string | null {
  if (bytes === null || bytes.length > MOST_TEXT_BYTES || bytes.includes(0) || !isUtf8(bytes)) return null;
  return bytes.toString("utf8");
}
