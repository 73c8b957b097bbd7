// The two folders of parbake's own state: one that a reboot empties (lock, report), and one that outlives it (journal, the
// files that parbake made).

import { join } from "node:path";
import { openFolder, TRUST_NOBODY_ELSE, type Folder } from "../../host/folder.ts";
import { makeFolders } from "../../host/make-folders.ts";

export const RUN_FOLDER = "/run/parbake";
export const STATE_FOLDER = "/var/lib/parbake";

export type OwnFolder = typeof RUN_FOLDER | typeof STATE_FOLDER;

/** What a person can open. */
export function shownRecord(root: string, folder: OwnFolder, name: string): string {
  return join(root, folder, name);
}

/** Makes it where it is missing; every user may read in it. */
export function openOwnFolder(root: string, path: OwnFolder): Folder {
  makeFolders(root, "/", path, 0o755);
  return openFolder(root, path, TRUST_NOBODY_ELSE);
}
