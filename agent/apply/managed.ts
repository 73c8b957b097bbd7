// The record of the files that parbake wrote: what tells an edit by hand from parbake's own work, and a file that parbake
// made from one that was there before. Outlives a reboot. Of a file that holds a secret it knows the path only: no digest, no
// length, nothing that a value could be guessed from.

import { hash } from "node:crypto";
import { lstatSync } from "node:fs";
import { join } from "node:path";
import type { OnChange } from "../config/config.ts";
import type { Log } from "../log.ts";
import { Refusal } from "../refusal.ts";
import { isAction } from "./change.ts";
import type { Attributes } from "./read-current.ts";
import { STATE_FOLDER } from "./run-folder.ts";
import { readState, writeState } from "./state-file.ts";

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

export interface ManagedSecret {
  readonly kind: "secret";
  readonly path: string;
  /** Secrets Manager's ids of the versions that it was made from, by the secret's name in the config. */
  readonly versionIds: Readonly<Record<string, string>>;
  readonly onChange: readonly OnChange[];
}

export type Managed = ManagedFile | ManagedSecret;

/** By path. */
export type ManagedRecord = ReadonlyMap<string, Managed>;

export interface ManagedState {
  /** The run that wrote the record; null: none has. */
  readonly runId: string | null;
  readonly files: ManagedRecord;
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
  const { schema, runId, files } = document ?? {};
  if (schema !== 1 || typeof runId !== "string" || !Array.isArray(files)) return { runId: null, files: new Map() };
  return { runId, files: new Map(files.filter(isManaged).map((entry) => [entry.path, entry])) };
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
  return lstatSync(join(root, path), { bigint: true, throwIfNoEntry: false })?.ctimeNs.toString() ?? null;
}

export function isRecordUpdate(value: unknown): value is RecordUpdate {
  if (typeof value !== "object" || value === null || !("runId" in value) || typeof value.runId !== "string")
    return false;
  if (!("files" in value) || !Array.isArray(value.files) || !value.files.every(isManaged)) return false;
  return "plain" in value && Array.isArray(value.plain);
}

// Only root writes there, and only parbake: what matters is that a record of another shape is taken for none.
function isManaged(value: unknown): value is Managed {
  if (typeof value !== "object" || value === null || !("path" in value) || typeof value.path !== "string") return false;
  if (!("onChange" in value) || !Array.isArray(value.onChange) || !value.onChange.every(isAction)) return false;
  if (!("kind" in value)) return false;
  return value.kind === "secret" ? "versionIds" in value : value.kind === "file" && isManagedFile(value);
}

function isManagedFile(value: object): boolean {
  const { sha256, sizeBytes, uid, gid, mode, created } = value as Partial<ManagedFile>;
  const numbers = [sizeBytes, uid, gid, mode];
  return typeof sha256 === "string" && typeof created === "boolean" && numbers.every((it) => typeof it === "number");
}
