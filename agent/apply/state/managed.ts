// The record of the files that parbake wrote: what tells an edit by hand from parbake's own work, and a file that parbake
// made from one that was there before. Outlives a reboot. Of a file that holds a secret it knows path, owner and mode: no digest, no
// length, nothing that a value could be guessed from.

import { hash } from "node:crypto";
import { lstatSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { explainingErrors } from "../../host/file-error.ts";
import { resolveInRoot } from "../../host/resolve-in-root.ts";
import type { OnChange } from "../../config/config.ts";
import type { Log } from "../../log.ts";
import { Refusal, type Problem } from "../../refusal.ts";
import { isAttributes, isCleanPath, isDigest, isListOf, isOnChange, isRecord, isText } from "./document.ts";
import { shownRecord, STATE_FOLDER } from "./run-folder.ts";
import { readState, writeState } from "./state-file.ts";
import type { Attributes } from "../../host/attributes.ts";

export interface ManagedFile extends Attributes {
  readonly kind: "file";
  /** Absolute, as the booted machine sees it. */
  readonly path: string;
  /** Of the bytes that parbake last wrote, in hex. */
  readonly sha256: string;
  readonly sizeBytes: number;
  /** ISO 8601, UTC. */
  readonly writtenAt: string;
  /** The run that wrote it. */
  readonly runId: string;
  /** Whether it was not there before parbake wrote it. */
  readonly created: boolean;
  /** Whether an edit by hand may stay, as the config says. */
  readonly keepsEdits: boolean;
  /** Owed when it is removed. */
  readonly onChange: readonly OnChange[];
  /** The file's time of change (ns since 1970) when it last had no extended attribute but what its folder gives to every new
   * file; null: it may have others. */
  readonly plainSinceNs: string | null;
}

interface ManagedSecret {
  readonly kind: "secret";
  readonly path: string;
  /** Secrets Manager's ids of the versions that it was made from, by the secret's name in the config. */
  readonly versionIds: Readonly<Record<string, string>>;
  readonly onChange: readonly OnChange[];
  /** As it was made. Absent: an earlier parbake's record. */
  readonly attributes?: Attributes;
}

export type Managed = ManagedFile | ManagedSecret;

/** By path. */
export type ManagedRecord = ReadonlyMap<string, Managed>;

export interface ManagedState {
  /** The run that wrote the record; null: none has. */
  readonly runId: string | null;
  readonly files: ManagedRecord;
  /** Whether something of it can't be made out, and is left out. */
  readonly isDamaged: boolean;
}

/** What a run leaves as the record; part of its journal, so that a run that is cut short leaves it too. */
export interface RecordUpdate {
  readonly runId: string;
  readonly files: readonly Managed[];
  /** Paths of files that are plain now: their time of change is noted when the record is written. */
  readonly plain: readonly string[];
}

const NAME = "managed.json";

export function digestOf(bytes: Buffer): string {
  return hash("sha256", bytes, "hex");
}

export function readManaged(root: string): ManagedState {
  const document = readState(root, NAME, STATE_FOLDER);
  if (document === "none") return { runId: null, files: new Map(), isDamaged: false };
  const { schema, runId, files } = document === "unreadable" ? {} : document;
  if (schema !== 1 || !isText(runId) || !Array.isArray(files))
    return { runId: null, files: new Map(), isDamaged: true };
  const known = files.filter(isManaged);
  return { runId, files: new Map(known.map((entry) => [entry.path, entry])), isDamaged: known.length < files.length };
}

/** What there is to say of a record that is damaged. */
export function describeDamage(root: string): Problem {
  return {
    what: `${shownRecord(root, STATE_FOLDER, NAME)} is damaged: what can't be read of it is taken for not written by parbake`,
    fix: "Run `parbake apply`: it writes anew what the config declares. Remove by hand what it no longer does.",
  };
}

/** When the files are in place. Writes nothing where nothing is new. */
export function writeManaged(root: string, { runId, files, plain }: RecordUpdate): void {
  const dated = files.map((entry) =>
    entry.kind === "file" && plain.includes(entry.path)
      ? { ...entry, plainSinceNs: changedNs(root, entry.path) }
      : entry,
  );
  const sorted = dated.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  writeState(root, NAME, { schema: 1, runId, files: sorted }, STATE_FOLDER);
}

/** Whether it was written. The files are in place in either case, and the next run can make up for it. */
export function tryWriteManaged(root: string, update: RecordUpdate, log: Log): boolean {
  try {
    writeManaged(root, update);
    return true;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    log("error", `the record of managed files could not be written: ${error.message}`);
    return false;
  }
}

function changedNs(root: string, path: string): string | null {
  const file = join(resolveInRoot(root, dirname(path)), basename(path));
  const stats = explainingErrors(file, () => lstatSync(file, { bigint: true, throwIfNoEntry: false }));
  return stats?.ctimeNs.toString() ?? null;
}

export function isRecordUpdate(value: unknown): value is RecordUpdate {
  if (!isRecord(value) || !isText(value["runId"])) return false;
  return isListOf(value["files"], isManaged) && isListOf(value["plain"], isCleanPath);
}

// As if a stranger had written it: the record of an image is the image's word.
function isManaged(value: unknown): value is Managed {
  if (!isRecord(value) || !isCleanPath(value["path"]) || value["path"] === "/") return false;
  if (!isListOf(value["onChange"], isOnChange)) return false;
  switch (value["kind"]) {
    case "secret":
      return isManagedSecret(value);
    case "file":
      return isManagedFile(value);
    default:
      return false;
  }
}

function isManagedSecret({ versionIds, attributes }: Readonly<Record<string, unknown>>): boolean {
  if (attributes !== undefined && !isAttributes(attributes)) return false;
  return isRecord(versionIds) && Object.values(versionIds).every(isText);
}

function isManagedFile(value: Readonly<Record<string, unknown>>): boolean {
  const { sha256, sizeBytes, writtenAt, runId, created, keepsEdits, plainSinceNs } = value;
  return (
    isAttributes(value) &&
    isText(sha256) &&
    isDigest(sha256) &&
    Number.isSafeInteger(sizeBytes) &&
    (sizeBytes as number) >= 0 &&
    isText(writtenAt) &&
    isText(runId) &&
    typeof created === "boolean" &&
    typeof keepsEdits === "boolean" &&
    (plainSinceNs === null || isText(plainSinceNs))
  );
}
