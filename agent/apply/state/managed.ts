// The record of the files that parbake wrote: what tells an edit by hand from parbake's own work, and a file that parbake
// made from one that was there before. Outlives a reboot. Of a file that holds a secret it knows path, owner and mode: no digest, no
// length, nothing that a value could be guessed from.

import { lstatSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { OnChange } from "../../config/config.ts";
import type { JsonValue } from "../../formats/json-value.ts";
import type { Attributes } from "../../host/attributes.ts";
import { explainingErrors } from "../../host/file-error.ts";
import { resolveInRoot } from "../../host/resolve-in-root.ts";
import type { Log } from "../../log.ts";
import { parseOnChange } from "../../plan/parse-on-change.ts";
import { Refusal, type Problem } from "../../refusal.ts";
import { isDigest } from "./digest.ts";
import { shownRecord, STATE_FOLDER } from "./own-folders.ts";
import { parseAttributes } from "./parse-attributes.ts";
import { parseWhole } from "./parse-state.ts";
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
  /** As it was made. */
  readonly attributes: Attributes;
}

export type Managed = ManagedFile | ManagedSecret;

/** By path. */
export type ManagedRecord = ReadonlyMap<string, Managed>;

export interface ManagedState {
  /** The run that wrote the record; null: none has. */
  readonly runId: string | null;
  readonly files: ManagedRecord;
  /** Whether an entry, or all of it, can't be read and is left out. */
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

/** Leaves out the entries that it can't read; the others hold. */
export function readManaged(root: string): ManagedState {
  const found = readState(root, NAME, STATE_FOLDER, (json) => ({
    runId: json.get("runId").text(),
    entries: json.get("files").items(),
  }));
  if (found.kind !== "read") return { runId: null, files: new Map(), isDamaged: found.kind === "unreadable" };
  const { runId, entries } = found.document;
  const known = entries.flatMap(({ value }) => parseWhole(value, parseManaged) ?? []);
  return { runId, files: new Map(known.map((entry) => [entry.path, entry])), isDamaged: known.length < entries.length };
}

/** What there is to say of a record that is damaged. */
export function describeDamage(root: string): Problem {
  return {
    what: `${shownRecord(root, STATE_FOLDER, NAME)} is damaged: parbake takes each file whose entry it cannot read for one that it never wrote`,
    fix: "Run `parbake apply`: it writes a new record of what the config declares. Remove by hand what it no longer does.",
  };
}

/** When the files are in place. Writes nothing where nothing is new. */
function writeManaged(root: string, { runId, files, plain }: RecordUpdate): void {
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

export function parseRecordUpdate(json: JsonValue): RecordUpdate {
  return {
    runId: json.get("runId").text(),
    files: json.get("files").items().map(parseManaged),
    plain: json
      .get("plain")
      .items()
      .map((path) => path.path()),
  };
}

// Fields in the order in which a run writes them: a record that says the same is the same text.
function parseManaged(json: JsonValue): Managed {
  return json.get("kind").choice(["file", "secret"]) === "file" ? parseManagedFile(json) : parseManagedSecret(json);
}

function parseManagedFile(json: JsonValue): ManagedFile {
  return {
    kind: "file",
    path: json.get("path").path(),
    sha256: json.get("sha256").word(isDigest, "a SHA-256 in hexadecimal"),
    sizeBytes: json.get("sizeBytes").integer(0, Number.MAX_SAFE_INTEGER),
    ...parseAttributes(json),
    writtenAt: json.get("writtenAt").text(),
    runId: json.get("runId").text(),
    keepsEdits: json.get("keepsEdits").flag(),
    created: json.get("created").flag(),
    onChange: json.get("onChange").items().map(parseOnChange),
    plainSinceNs: json.get("plainSinceNs").nullable((time) => time.text()),
  };
}

function parseManagedSecret(json: JsonValue): ManagedSecret {
  const versionIds = json.get("versionIds").entries();
  return {
    kind: "secret",
    path: json.get("path").path(),
    versionIds: Object.fromEntries(versionIds.map(([name, id]) => [name, id.text()])),
    onChange: json.get("onChange").items().map(parseOnChange),
    attributes: parseAttributes(json.get("attributes")),
  };
}
