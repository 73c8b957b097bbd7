// JSON documents in parbake's own folders, swapped in atomically and readable by every user. Never holds a value of a secret.

import { closeSync, constants, openSync, readFileSync } from "node:fs";
import { shownJson } from "../shown.ts";
import { errnoOf } from "./file-error.ts";
import { closeFolder, entryOf, inEntry, inFolder, isMissingFolder, TRUST_NOBODY_ELSE, type Folder } from "./folder.ts";
import { removeIfThere } from "./remove-file.ts";
import { openOwnFolder, RUN_FOLDER, type OwnFolder } from "./run-folder.ts";
import { removeLeftovers } from "./temporary.ts";
import { writeWhole } from "./write-whole.ts";

export function writeState(root: string, name: string, document: object, folder: OwnFolder = RUN_FOLDER): void {
  closeFolder(openOwnFolder(root, folder));
  writeWhole(root, `${folder}/${name}`, `${shownJson(document, 2)}\n`, TRUST_NOBODY_ELSE);
}

/** Null where there is none, or where it is no JSON object: a half-known state is no state. */
export function readState(
  root: string,
  name: string,
  folder: OwnFolder = RUN_FOLDER,
): Readonly<Record<string, unknown>> | null {
  try {
    const text = inFolder(root, folder, TRUST_NOBODY_ELSE, (opened) => readText(opened, name));
    const document: unknown = JSON.parse(text);
    return typeof document === "object" && document !== null ? { ...document } : null;
  } catch (error) {
    if (error instanceof SyntaxError || errnoOf(error) === "ENOENT" || isMissingFolder(error)) return null;
    throw error;
  }
}

function readText(folder: Folder, name: string): string {
  const fd = openSync(entryOf(folder, name), constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    return readFileSync(fd, "utf8");
  } finally {
    closeSync(fd);
  }
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
