// What apply would change on this machine, for the printers: the plan's places compared with what is there. Never writes,
// never fetches a secret.

import { isUtf8 } from "node:buffer";
import { basename, dirname, join } from "node:path";
import type { FileStep, Plan, SecretStep } from "../plan/plan.ts";
import { Refusal, type Problem } from "../refusal.ts";
import { explainFileError, explainingErrors } from "./file-error.ts";
import { inFolder, isMissingFolder, type Folder } from "./folder.ts";
import {
  compareFile,
  isPresent,
  readCurrent,
  type Attributes,
  type Current,
  type FileDifference,
} from "./read-current.ts";
import { readAccounts, type Accounts } from "./resolve-owner.ts";
import { isBelow, listPlaces, resolveTarget, trustOf, type Place, type Target } from "./targets.ts";

/** `present`: it is there, and only apply can tell whether its secret changed. `unknown`: the problem says why. */
export type ChangeKind = FileDifference | "present" | "unknown";

interface ChangeOf<Kind extends string, S> {
  readonly kind: Kind;
  readonly step: S;
  /** Absolute, as the booted machine sees it. */
  readonly path: string;
  readonly change: ChangeKind;
  /** What apply would stumble over; null: nothing. */
  readonly problem: Problem | null;
}

export interface FileChange extends ChangeOf<"file", FileStep> {
  /** For a diff. Null: absent, unreadable, large, not text, or a secret's. */
  readonly currentText: string | null;
  /** Null where it prints a secret. */
  readonly newText: string | null;
  readonly currentAttributes: Attributes | null;
  /** Null where the owner is not known here. */
  readonly wantedAttributes: Attributes | null;
}

/** One for each secret key that has a file. */
export interface SecretChange extends ChangeOf<"secret", SecretStep> {
  readonly key: string;
}

export type Change = FileChange | SecretChange;

/** A diff of more is no help to anyone. */
const MOST_TEXT_BYTES = 1024 * 1024;

export function inspectPlan(plan: Plan, root: string): Change[] {
  const accounts = readAccounts(root);
  return listPlaces(plan).map((place) => inspectPlace(place, plan, root, accounts));
}

interface Finding {
  readonly change: ChangeKind;
  readonly problem: Problem | null;
  readonly current: Current | null;
}

function inspectPlace(place: Place, plan: Plan, root: string, accounts: Accounts): Change {
  const { target, problem: ownerProblem } = tryResolve(accounts, place);
  const found = inspectTarget(place, target, plan.secretsFolder, root);
  const { path, source } = place;
  const common = { path, change: found.change, problem: ownerProblem ?? found.problem };
  if (source.kind === "secret") return { kind: "secret", step: source.step, key: source.key, ...common };
  const newText = plainText(source.step);
  const file = found.current?.kind === "file" ? found.current : null;
  return {
    kind: "file",
    step: source.step,
    ...common,
    currentText: place.isSecret ? null : textOf(file?.bytes ?? null),
    newText,
    currentAttributes: file?.attributes ?? null,
    wantedAttributes: target && { uid: target.uid, gid: target.gid, mode: target.mode },
  };
}

function tryResolve(accounts: Accounts, place: Place): { target: Target | null; problem: Problem | null } {
  try {
    return { target: resolveTarget(accounts, place), problem: null };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { target: null, problem: error.problems[0]! };
  }
}

function inspectTarget(place: Place, target: Target | null, secretsFolder: string, root: string): Finding {
  const trust = target ? trustOf(target) : { uids: [], gids: [] };
  try {
    return inFolder(root, dirname(place.path), trust, (folder) => inspectIn(folder, place, target));
  } catch (error) {
    const refusal = explainFileError(error, join(root, place.path));
    if (!(refusal instanceof Refusal)) throw refusal;
    const problem = refusal.problems[0]!;
    if (!isMissingFolder(refusal)) return { change: "unknown", problem, current: null };
    // parbake makes the folders below the secrets folder itself.
    return { change: "create", problem: isBelow(secretsFolder, place.path) ? null : problem, current: null };
  }
}

function inspectIn(folder: Folder, place: Place, target: Target | null): Finding {
  const name = basename(place.path);
  const newText = place.source.kind === "file" ? plainText(place.source.step) : null;
  if (newText === null) {
    const present = explainingErrors(join(folder.shownPath, name), () => isPresent(folder, name));
    return { change: present ? "present" : "create", problem: null, current: null };
  }
  const bytes = Buffer.from(newText);
  const current = readCurrent(folder, name, Math.max(bytes.length, MOST_TEXT_BYTES));
  const there = current.kind === "file" ? current.attributes : { uid: 0, gid: 0, mode: place.mode };
  // Where the owner is not known, content and mode still tell.
  const wanted = {
    path: place.path,
    bytes,
    mode: place.mode,
    uid: target?.uid ?? there.uid,
    gid: target?.gid ?? there.gid,
  };
  return { change: compareFile(current, wanted), problem: null, current };
}

function plainText({ content }: FileStep): string | null {
  let text = "";
  for (const part of content) {
    if (typeof part !== "string") return null;
    text += part;
  }
  return text;
}

function textOf(bytes: Buffer | null): string | null {
  if (bytes === null || bytes.length > MOST_TEXT_BYTES || bytes.includes(0) || !isUtf8(bytes)) return null;
  return bytes.toString("utf8");
}
