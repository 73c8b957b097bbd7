// What the current generation of secrets was made from, kept beside it for root alone: version ids, and digests of what was
// declared, so that a run can tell that nothing is new without a value. Never holds a value, its length, or a hash of one.

import { lstatSync } from "node:fs";
import { join } from "node:path";
import { recordSecret, type StoredSecret } from "../../aws/compare-versions.ts";
import type { JsonValue } from "../../formats/json-value.ts";
import { errnoOf, explainFileError } from "../../host/file-error.ts";
import { entryOf, inFolder, isMissingFolder, TRUST_NOBODY_ELSE, type Folder } from "../../host/folder.ts";
import { readPlain, type FileKind } from "../../host/read-plain.ts";
import { isRelativePath } from "../../names/plain-path.ts";
import type { SecretStep } from "../../plan/plan.ts";
import { Refusal } from "../../refusal.ts";
import type { StoredSecretReport } from "../../report/report.ts";
import { readGeneration, VERSIONS } from "../change/generation-layout.ts";
import { digestOf } from "../state/digest.ts";
import { parseState } from "../state/parse-state.ts";
import { parseTime } from "../state/parse-time.ts";
import type { Target } from "../targets/target.ts";

export interface DatedSecret extends StoredSecret {
  readonly id: string;
  /** When this version was fetched: ISO 8601, UTC. */
  readonly fetchedAt: string;
}

export interface StoredFile {
  /** Below the generation: `db/password`. */
  readonly name: string;
  /** Digest of what the plan said of its content, holes for secrets included. */
  readonly declared: string;
  /** Of the secrets in it, by their names. */
  readonly versionIds: Readonly<Record<string, string>>;
  /** Inode and time of modification: what tells a file that somebody has written to since. */
  readonly inode: string;
  readonly modifiedNs: string;
}

export interface StoredGeneration {
  readonly secrets: readonly DatedSecret[];
  readonly files: readonly StoredFile[];
}

const RECORD: FileKind = {
  name: "the record of the stored secrets",
  // A few lines for each secret and each file, of which a config of the most that is read has no hundred thousand.
  mostBytes: 64 * 1024 * 1024,
  code: "data",
};
/** A file of the store itself. */
export const STORED_FILE: FileKind = {
  name: "the stored secret",
  // A secret has 64 KiB, and a template that prints some has no more than a template may have.
  mostBytes: 64 * 1024 * 1024,
  code: "cannot-write",
};
// Not there, or something else in its place.
const NO_RECORD: ReadonlySet<string | null> = new Set(["ENOENT", "ENOTDIR", "ELOOP", "ENXIO"]);

/** Null where there is no generation, or where its record can't be read: then every secret is fetched again. */
export function readStored(root: string, secretsFolder: string): StoredGeneration | null {
  try {
    return inFolder(root, secretsFolder, TRUST_NOBODY_ELSE, (folder) => {
      const generation = readGeneration(folder);
      if (generation === null) return null;
      const name = `${generation}/${VERSIONS}`;
      const { bytes } = readPlain(entryOf(folder, name), `${folder.shownPath}/${name}`, RECORD);
      return parseState(bytes.toString("utf8"), parseStored);
    });
  } catch (error) {
    const isNone = isMissingFolder(error) || NO_RECORD.has(errnoOf(error));
    if (isNone || (error instanceof Refusal && error.code === RECORD.code)) return null;
    throw explainFileError(error, join(root, secretsFolder));
  }
}

/** For those who ask, of whom not every one may look: none then. */
export function listStoredSecrets(root: string, secretsFolder: string): StoredSecretReport[] {
  const secrets = tryReadStored(root, secretsFolder)?.secrets ?? [];
  return secrets.map(({ name, id, versionId, fetchedAt }) => ({ name, id, versionId, fetchedAt }));
}

/** The same; null too for whoever may not look. */
export function tryReadStored(root: string, secretsFolder: string): StoredGeneration | null {
  try {
    return readStored(root, secretsFolder);
  } catch (error) {
    if (!(error instanceof Refusal) && errnoOf(error) === null) throw error;
    return null;
  }
}

export function formatStored({ secrets, files }: StoredGeneration): string {
  return `${JSON.stringify({ schema: 1, secrets, files }, null, 2)}\n`;
}

export function dateSecret(step: SecretStep, versionId: string, fetchedAt: string): DatedSecret {
  return { ...recordSecret(step, { versionId }), id: step.id, fetchedAt };
}

/** What the plan says of a file's content: the same digest from the same values gives the same bytes. */
export function declare({ source }: Pick<Target, "source">): string {
  return digestOf(Buffer.from(JSON.stringify(contentOf(source))));
}

/** @param generation the opened folder of the generation */
export function recordFile(generation: Folder, file: Pick<StoredFile, "name" | "declared" | "versionIds">): StoredFile {
  const { ino, mtimeNs } = lstatSync(entryOf(generation, file.name), { bigint: true });
  return { ...file, inode: ino.toString(), modifiedNs: mtimeNs.toString() };
}

/** Whether nobody has written to it since: of its content that is all that can be told without the secret. */
export function isAsStored(generation: Folder, file: StoredFile): boolean {
  try {
    const stats = lstatSync(entryOf(generation, file.name), { bigint: true });
    return stats.isFile() && stats.ino.toString() === file.inode && stats.mtimeNs.toString() === file.modifiedNs;
  } catch (error) {
    if (errnoOf(error) === null) throw error;
    return false;
  }
}

/** Whether both were made from the same; when it was fetched is no difference. */
export function isSameStored(a: StoredGeneration | null, b: StoredGeneration): boolean {
  if (a === null) return false;
  return fingerprint(a) === fingerprint(b);
}

function fingerprint({ secrets, files }: StoredGeneration): string {
  const sorted = secrets.map(({ name, versionId, declared }) => [name, versionId, declared]).toSorted(byFirst);
  const named = files.map(({ name, declared, versionIds, inode, modifiedNs }) => {
    const versions = Object.entries(versionIds).toSorted(byFirst).flat();
    return [name, declared, inode, modifiedNs, ...versions];
  });
  return JSON.stringify([sorted, named.toSorted(byFirst)]);
}

function byFirst([a = ""]: readonly string[], [b = ""]: readonly string[]): number {
  return a < b ? -1 : Number(a > b);
}

function contentOf(source: Target["source"]): unknown {
  switch (source.kind) {
    case "secret": {
      const { id, region, version, keys } = source.step;
      const declared = keys.find(({ key }) => key === source.key);
      return { id, region, version, key: source.key, pointer: declared?.pointer, newline: declared?.newline };
    }
    case "file":
      return { format: source.step.format, content: source.step.content };
    case "folder":
      return {};
  }
}

function parseStored(json: JsonValue): StoredGeneration {
  return { secrets: json.get("secrets").items().map(parseSecret), files: json.get("files").items().map(parseFile) };
}

function parseSecret(json: JsonValue): DatedSecret {
  return {
    name: json.get("name").text(),
    versionId: json.get("versionId").text(),
    declared: json.get("declared").text(),
    id: json.get("id").text(),
    fetchedAt: parseTime(json.get("fetchedAt")),
  };
}

function parseFile(json: JsonValue): StoredFile {
  const versionIds = json.get("versionIds").entries();
  return {
    name: json.get("name").word(isRelativePath, "a path below the generation"),
    declared: json.get("declared").text(),
    versionIds: Object.fromEntries(versionIds.map(([name, id]) => [name, id.text()])),
    inode: json.get("inode").text(),
    modifiedNs: json.get("modifiedNs").text(),
  };
}
