// How each file and folder of the next generation differs from the current one. Never writes.

import { lstatSync, type BigIntStats } from "node:fs";
import { join } from "node:path";
import type { FetchedSecrets } from "../../aws/fetched-secret.ts";
import { sameAttributes, type Attributes } from "../../host/attributes.ts";
import { errnoOf } from "../../host/file-error.ts";
import { changedMeanwhile } from "../../host/files/changed-meanwhile.ts";
import { cleaningUp } from "../../host/files/cleaning-up.ts";
import { identityOf } from "../../host/files/identity.ts";
import {
  attributesOf,
  compareFile,
  readCurrent,
  type Current,
  type FileDifference,
} from "../../host/files/read-current.ts";
import { entryOf, type Folder } from "../../host/folder.ts";
import { nameInGeneration } from "../change/generation-layout.ts";
import { encodeContent } from "../files/encode-content.ts";
import type { StagedContent } from "../files/staged.ts";
import { digestOf } from "../state/digest.ts";
import type { ManagedRecord } from "../state/managed.ts";
import { compareWithRecord, isKept, limitOf, type Contact } from "../targets/contact.ts";
import type { Source, Target } from "../targets/target.ts";
import { secretsIn, type Selection } from "./choose-secrets.ts";
import { declare, type StoredFile, type StoredGeneration } from "./stored-generation.ts";

/** What is examined against what. */
interface Examination {
  /** The secrets folder, opened. */
  readonly folder: Folder;
  readonly secretsFolder: string;
  /** The current one; null: there is none yet. */
  readonly generation: string | null;
  readonly selection: Selection;
  readonly stored: StoredGeneration | null;
  readonly managed: ManagedRecord;
}

interface ExaminedTarget {
  readonly target: Target;
  /** Below the generation: `db/password`. */
  readonly name: string;
  /** Where the current generation has it, below the secrets folder: `..gen-7/db/password`. */
  readonly place: string;
  /** Null: it is not there, or something else is. */
  readonly current: ExaminedAttributes | null;
}

export interface ExaminedFile extends ExaminedTarget {
  /** Null: what lies there stays. Zeroed by whoever holds it. */
  readonly bytes: Buffer | null;
  readonly difference: FileDifference;
  readonly file: StagedContent;
  /** What it was, or will be, made from. */
  readonly stored: Pick<StoredFile, "name" | "declared" | "versionIds">;
}

export interface ExaminedFolder extends ExaminedTarget {
  readonly difference: "create" | "attributes" | "unchanged";
}

export interface ExaminedAttributes {
  readonly attributes: Attributes;
  /** See identityOf. */
  readonly identity: string;
}

/** A target that is no folder. */
export type FileTarget = Target & { readonly source: Exclude<Source, { kind: "folder" }> };

export function examineFile(examination: Examination, target: FileTarget): ExaminedFile {
  const secrets = secretsIn(target);
  return secrets.every((name) => examination.selection.fetched.has(name))
    ? examineRendered(examination, target, secrets)
    : examineUnfetched(examination, target);
}

/** Of a file whose secrets were not all fetched: what is stored of it stays. */
function examineUnfetched(examination: Examination, target: FileTarget): ExaminedFile {
  const common = locate(examination, target);
  const { name, place } = common;
  const stored = examination.stored?.files.find((file) => file.name === name);
  if (stored === undefined) throw new Error(`${name} is to stay as it is, and nothing is known of it`);
  const stats = statsOf(examination.folder, place);
  if (stats === null) throw changedMeanwhile(examination.folder, place);
  const current = { attributes: attributesOf(stats), identity: identityOf(stats) };
  const difference = sameAttributes(current.attributes, target) ? "unchanged" : "attributes";
  const file = { contact: { kind: "own" }, digest: null, isPlain: false, versionIds: stored.versionIds } as const;
  return { ...common, current, bytes: null, difference, file, stored };
}

function examineRendered(examination: Examination, target: FileTarget, secrets: readonly string[]): ExaminedFile {
  const bytes = contentOf(target.source, examination.selection.fetched);
  return cleaningUp(
    () => compareRendered(examination, target, secrets, bytes),
    () => bytes.fill(0),
  );
}

function compareRendered(
  examination: Examination,
  target: FileTarget,
  secrets: readonly string[],
  bytes: Buffer,
): ExaminedFile {
  const { folder, selection, managed } = examination;
  const common = locate(examination, target);
  const versionIds = Object.fromEntries(
    secrets.flatMap((name) => {
      const secret = selection.fetched.get(name);
      return secret === undefined ? [] : [[name, secret.versionId]];
    }),
  );
  const entry = managed.get(target.path);
  const current = readPlace(folder, common.place, limitOf(entry, bytes));
  const contact: Contact = compareWithRecord(current, target.isSecret ? OWN_ENTRY : entry, bytes);
  const isLeft = target.source.kind === "file" && isKept(contact, target.source.step.onDrift);
  const { path, uid, gid, mode } = target;
  const difference = isLeft ? "kept" : compareFile(current, { path, bytes, uid, gid, mode });
  // The old value was needed for the comparison alone.
  if (target.isSecret && current.kind === "file") current.bytes?.fill(0);
  return {
    ...common,
    current: current.kind === "file" ? current : null,
    bytes: isLeft ? null : bytes,
    difference,
    file: {
      contact,
      digest: target.isSecret ? null : { sha256: digestOf(bytes), sizeBytes: bytes.length },
      isPlain: false,
      versionIds,
    },
    stored: { name: common.name, declared: declare(target), versionIds },
  };
}

/** Of a secret nobody can tell an edit from parbake's own work. */
const OWN_ENTRY = { kind: "secret" } as const;

export function examineFolder(examination: Examination, target: Target): ExaminedFolder {
  const common = locate(examination, target);
  const stats = statsOf(examination.folder, common.place);
  if (stats?.isDirectory() !== true) return { ...common, current: null, difference: "create" };
  const current = { attributes: attributesOf(stats), identity: identityOf(stats) };
  const difference = sameAttributes(current.attributes, target) ? "unchanged" : "attributes";
  return { ...common, current, difference };
}

function locate(
  { secretsFolder, generation }: Examination,
  target: Target,
): Pick<ExaminedTarget, "target" | "name" | "place"> {
  const name = nameInGeneration(secretsFolder, target.path);
  return { target, name, place: generation === null ? name : join(generation, name) };
}

// What was a folder, or lay in what was a file, is simply not there: a new generation has room for it.
function readPlace(folder: Folder, place: string, limitBytes: number): Current {
  const stats = statsOf(folder, place);
  return stats === null || stats.isDirectory() ? { kind: "absent" } : readCurrent(folder, place, limitBytes);
}

function statsOf(folder: Folder, place: string): BigIntStats | null {
  try {
    return lstatSync(entryOf(folder, place), { bigint: true });
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR") return null;
    throw error;
  }
}

// A copy in every case: it is zeroed once it is written.
function contentOf(source: FileTarget["source"], secrets: FetchedSecrets): Buffer {
  switch (source.kind) {
    case "file":
      return encodeContent(source.step, secrets);
    case "secret": {
      const value = secrets.get(source.step.name)?.values.get(source.key);
      if (!value) throw new Error(`the key ${source.key} of the secret ${source.step.name} was not fetched`);
      return Buffer.from(value.reveal());
    }
  }
}
