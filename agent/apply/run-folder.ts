// The folder of parbake's own state, which a reboot empties: lock, owed actions, report.

import { makeFolders, openFolder, TRUST_NOBODY_ELSE, type Folder } from "./folder.ts";

export const RUN_FOLDER = "/run/parbake";

/** Makes it where it is missing; every user may read in it. */
export function openRunFolder(root: string): Folder {
  makeFolders(root, "/", RUN_FOLDER, 0o755);
  return openFolder(root, RUN_FOLDER, TRUST_NOBODY_ELSE);
}
