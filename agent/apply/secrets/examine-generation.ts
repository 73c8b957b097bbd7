// What each file of the secrets folder is now, and how it differs from what is wanted. Never writes.

import { lstatSync, readdirSync, type BigIntStats } from "node:fs";
import { join } from "node:path";
import { identityOf } from "../../host/files/identity.ts";
import { compareWithRecord, isKept, limitOf, type Contact } from "../targets/contact.ts";
import { encodeContent } from "../files/encode-content.ts";
import { errnoOf, explainFileError } from "../../host/file-error.ts";
import { entryOf, inFolder, isMissingFolder, TRUST_NOBODY_ELSE, type Folder } from "../../host/folder.ts";
import { locate, nameInGeneration, readGeneration, VERSIONS } from "../change/generation-layout.ts";
import { digestOf } from "../state/digest.ts";
import type { ManagedRecord } from "../state/managed.ts";
import {
  attributesOf,
  compareFile,
  readCurrent,
  type Current,
  type FileDifference,
} from "../../host/files/read-current.ts";
import { secretsIn, type Candidate, type Selection } from "./choose-secrets.ts";
import { declare, isAsStored, type StoredFile, type StoredGeneration } from "./stored-generation.ts";
import type { Source, Target } from "../targets/target.ts";
import { sameAttributes, type Attributes } from "../../host/attributes.ts";
import type { StagedContent } from "../files/staged.ts";
import type { FetchedSecrets } from "../../aws/fetched-secret.ts";

export interface FoundAttributes extends Attributes {
  readonly isFolder: boolean;
  /** See identityOf. */
  readonly identity: string;
}

/** The secrets folder of a root. */
export interface SecretsPlace {
  readonly root: string;
  /** Absolute, as the booted machine sees it. */
  readonly secretsFolder: string;
}

export interface Examined {
  readonly target: Target;
  /** Below the generation. */
  readonly name: string;
  /** Where it lies now: absolute, as the booted machine sees it. */
  readonly place: string;
  /** Null: what lies there stays. Zeroed by whoever holds it. */
  readonly bytes: Buffer | null;
  readonly difference: FileDifference;
  readonly file: StagedContent;
  /** What it was, or will be, made from. */
  readonly stored: Pick<StoredFile, "name" | "declared" | "versionIds">;
}

export interface ExaminedFolder {
  readonly target: Target;
  readonly name: string;
  readonly place: string;
  /** Null: it is not there. */
  readonly current: FoundAttributes | null;
  readonly difference: "create" | "attributes" | "unchanged";
}

/** The files that secrets land in, and whether what is stored of each would do. */
export function listCandidates(
  { root, secretsFolder }: SecretsPlace,
  targets: readonly Target[],
  stored: StoredGeneration | null,
): Candidate[] {
  const wanted = targets.filter(({ source }) => source.kind !== "folder" && secretsIn({ source } as Target).length > 0);
  const byName = new Map((stored?.files ?? []).map((file) => [file.name, file]));
  const versions = new Map((stored?.secrets ?? []).map(({ name, versionId }) => [name, versionId]));
  const judge = (target: Target, generation: Folder | null): Candidate => {
    const file = byName.get(nameInGeneration(secretsFolder, target.path));
    const secrets = secretsIn(target);
    const isReusable =
      file !== undefined && generation !== null && file.declared === declare(target) && isAsStored(generation, file);
    return {
      target,
      secrets,
      isReusable,
      isBehind: secrets.some((name) => file?.versionIds[name] !== versions.get(name)),
    };
  };
  if (stored === null) return wanted.map((target) => judge(target, null));
  return inGeneration({ root, secretsFolder }, (generation) => wanted.map((target) => judge(target, generation)));
}

export function examineFile(
  { root, secretsFolder }: SecretsPlace,
  target: Target & { readonly source: Exclude<Source, { kind: "folder" }> },
  selection: Selection,
  stored: ReadonlyMap<string, StoredFile>,
  managed: ManagedRecord,
): Examined {
  const name = nameInGeneration(secretsFolder, target.path);
  const place = locate(root, secretsFolder, target.path);
  const common = { target, name, place };
  const known = stored.get(name);
  const secrets = secretsIn(target);
  if (secrets.some((secret) => !selection.fetched.has(secret))) {
    if (known === undefined) throw new Error(`${name} is to stay as it is, and nothing is known of it`);
    const current = attributesAt({ root, secretsFolder }, place);
    const difference = current !== null && sameAttributes(current, target) ? "unchanged" : "attributes";
    return { ...common, bytes: null, difference, file: { ...OWN, versionIds: known.versionIds }, stored: known };
  }
  const bytes = contentOf(target.source, selection.fetched);
  const versionIds = Object.fromEntries(secrets.map((each) => [each, selection.fetched.get(each)!.versionId]));
  const entry = managed.get(target.path);
  const current = readPlace({ root, secretsFolder }, place, limitOf(entry, bytes));
  const contact: Contact = compareWithRecord(current, target.isSecret ? OWN_ENTRY : entry, bytes);
  const isLeft = target.source.kind === "file" && isKept(contact, target.source.step.onDrift);
  const { path, uid, gid, mode } = target;
  const difference = isLeft ? "kept" : compareFile(current, { path, bytes, uid, gid, mode });
  // Of the old value, which nobody needs any more.
  if (target.isSecret && current.kind === "file") current.bytes?.fill(0);
  return {
    ...common,
    bytes: isLeft ? null : bytes,
    difference,
    file: {
      contact,
      digest: target.isSecret ? null : { sha256: digestOf(bytes), sizeBytes: bytes.length },
      isPlain: false,
      versionIds,
    },
    stored: { name, declared: declare(target), versionIds },
  };
}

const OWN: Omit<StagedContent, "versionIds"> = { contact: { kind: "own" }, digest: null, isPlain: false };
/** Of a secret nobody can tell an edit from parbake's own work. */
const OWN_ENTRY = { kind: "secret", path: "", versionIds: {}, onChange: [] } as const;

export function examineFolder({ root, secretsFolder }: SecretsPlace, target: Target): ExaminedFolder {
  const place = locate(root, secretsFolder, target.path);
  const stats = attributesAt({ root, secretsFolder }, place);
  const current = stats?.isFolder === true ? stats : null;
  const same = current !== null && sameAttributes(current, target);
  const difference = current === null ? "create" : same ? "unchanged" : "attributes";
  return { target, name: nameInGeneration(secretsFolder, target.path), place, current, difference };
}

/** Every file of the current generation but its record: `db/password`. */
export function listGenerationFiles(place: SecretsPlace): string[] {
  return inGeneration(place, (generation) => (generation === null ? [] : listFiles(generation, "."))).filter(
    (name) => name !== VERSIONS,
  );
}

export function measureFiles(generation: Folder): number {
  const names = listFiles(generation, ".").filter((name) => name !== VERSIONS);
  return names.reduce((sum, name) => sum + lstatSync(entryOf(generation, name)).size, 0);
}

/** @param name of a folder or a file; a file is its own list */
export function listFiles(folder: Folder, name: string): string[] {
  const stats = lstatSync(entryOf(folder, name), { throwIfNoEntry: false });
  if (stats === undefined) return [];
  if (!stats.isDirectory()) return [name];
  return readdirSync(entryOf(folder, name)).flatMap((child) => listFiles(folder, join(name, child)));
}

export function inGeneration<T>({ root, secretsFolder }: SecretsPlace, work: (generation: Folder | null) => T): T {
  const generation = ifThere(() => inFolder(root, secretsFolder, TRUST_NOBODY_ELSE, readGeneration));
  if (generation === null) return work(null);
  return inFolder(root, join(secretsFolder, generation), TRUST_NOBODY_ELSE, work);
}

// What was a folder, or lay in what was a file, is simply not there: a new generation has room for it.
function readPlace({ root, secretsFolder }: SecretsPlace, place: string, limitBytes: number): Current {
  return inFolder(root, secretsFolder, TRUST_NOBODY_ELSE, (folder) => {
    const name = nameInGeneration(secretsFolder, place);
    const stats = statsOf(folder, name);
    return stats === null || stats.isDirectory() ? { kind: "absent" } : readCurrent(folder, name, limitBytes);
  });
}

/** @param place where it lies now; null: nothing does */
export function attributesAt({ root, secretsFolder }: SecretsPlace, place: string): FoundAttributes | null {
  return inFolder(root, secretsFolder, TRUST_NOBODY_ELSE, (folder) => {
    const name = nameInGeneration(secretsFolder, place);
    const stats = statsOf(folder, name);
    return stats === null ? null : attributesFrom(stats);
  });
}

function attributesFrom(stats: BigIntStats): FoundAttributes {
  return { ...attributesOf(stats), isFolder: stats.isDirectory(), identity: identityOf(stats) };
}

function statsOf(folder: Folder, name: string): BigIntStats | null {
  try {
    return lstatSync(entryOf(folder, name), { bigint: true });
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR") return null;
    throw error;
  }
}

function ifThere<T>(work: () => T): T | null {
  try {
    return work();
  } catch (error) {
    if (isMissingFolder(error)) return null;
    throw explainFileError(error, "the secrets folder");
  }
}

// A copy in every case: it is zeroed once it is written.
function contentOf(source: Exclude<Source, { kind: "folder" }>, secrets: FetchedSecrets): Buffer {
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
