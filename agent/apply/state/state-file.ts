// JSON documents in parbake's own folders, swapped in atomically and readable by every user. Never holds a value of a secret.

import type { JsonValue } from "../../formats/json-value.ts";
import { errnoOf, explainFileError } from "../../host/file-error.ts";
import { removeIfThere } from "../../host/files/remove-file.ts";
import { removeLeftovers } from "../../host/files/temporary.ts";
import {
  closeFolder,
  entryOf,
  inEntry,
  inFolder,
  isMissingFolder,
  TRUST_NOBODY_ELSE,
  type Folder,
} from "../../host/folder.ts";
import { readPlain, type FileKind } from "../../host/read-plain.ts";
import { formatCommands, listDangers } from "../../host/trust.ts";
import { Refusal } from "../../refusal.ts";
import { shownJson } from "../../shown.ts";
import { openOwnFolder, RUN_FOLDER, shownRecord, type OwnFolder } from "./own-folders.ts";
import { parseState } from "./parse-state.ts";
import { writeWhole } from "./write-whole.ts";

export function writeState(root: string, name: string, document: object, folder: OwnFolder = RUN_FOLDER): void {
  closeFolder(openOwnFolder(root, folder));
  writeWhole(root, `${folder}/${name}`, `${shownJson(document, 2)}\n`, TRUST_NOBODY_ELSE);
}

const RECORD: FileKind = {
  name: "the record",
  // As much as a plan that is saved: a record has a few lines for each of its files.
  mostBytes: 256 * 1024 * 1024,
  code: "data",
};

/** `unreadable` where parbake of another version, or a failing disk, wrote it, or where something else is in its place. */
export type StateDocument<T> =
  | { readonly kind: "none" }
  | { readonly kind: "unreadable" }
  | { readonly kind: "read"; readonly document: T };

/**
 * @param parse see parseState
 * @throws Refusal where it may not be read, or where others may have written it
 */
export function readState<T>(
  root: string,
  name: string,
  folder: OwnFolder,
  parse: (json: JsonValue) => T,
): StateDocument<T> {
  try {
    const text = inFolder(root, folder, TRUST_NOBODY_ELSE, (opened) => readText(opened, name));
    const document = parseState(text, parse);
    return document === null ? { kind: "unreadable" } : { kind: "read", document };
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || isMissingFolder(error)) return { kind: "none" };
    // A symlink, a folder, a FIFO in its place.
    if (errnoOf(error) === "ELOOP" || errnoOf(error) === "ENXIO") return { kind: "unreadable" };
    if (error instanceof Refusal && error.code === RECORD.code) return { kind: "unreadable" };
    throw explainFileError(error, shownRecord(root, folder, name));
  }
}

function readText(folder: Folder, name: string): string {
  const shownPath = `${folder.shownPath}/${name}`;
  const { bytes, stats } = readPlain(entryOf(folder, name), shownPath, RECORD);
  const dangers = listDangers(stats, TRUST_NOBODY_ELSE);
  if (dangers.length === 0) return bytes.toString("utf8");
  throw new Refusal("permission", {
    what: `${shownPath}, a record of parbake's, ${dangers.map(({ what }) => what).join(" and ")}`,
    fix: `Inspect what it says, then run \`${formatCommands(dangers, shownPath)}\`, or remove it.`,
  });
}

export function removeState(root: string, name: string, folder: OwnFolder = RUN_FOLDER): void {
  const opened = openOwnFolder(root, folder);
  try {
    inEntry(opened, name, () => removeIfThere(entryOf(opened, name)));
    removeLeftovers(opened);
  } finally {
    closeFolder(opened);
  }
}
