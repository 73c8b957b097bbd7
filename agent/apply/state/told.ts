// What the console was told last: the problems of the last failed run. A run that fails for the same reason, as each retry does,
// tells it no second time; one that ends well forgets it.

import { lstatSync, readFileSync } from "node:fs";
import { removeIfThere } from "../../host/files/remove-file.ts";
import { closeFolder, entryOf, inEntry, inFolder, TRUST_NOBODY_ELSE } from "../../host/folder.ts";
import { resolveInRoot } from "../../host/resolve-in-root.ts";
import { openOwnFolder, RUN_FOLDER } from "./own-folders.ts";
import { writeWhole } from "./write-whole.ts";

const NAME = "console";
/** parbake-console.service shows it. */
const PATH = `${RUN_FOLDER}/${NAME}`;

/** @returns whether this was not what it holds already */
export function rememberTold(root: string, text: string): boolean {
  closeFolder(openOwnFolder(root, RUN_FOLDER));
  if (readTold(root) === text) return false;
  writeWhole(root, PATH, text, TRUST_NOBODY_ELSE);
  return true;
}

function readTold(root: string): string | null {
  try {
    return inFolder(root, RUN_FOLDER, TRUST_NOBODY_ELSE, (folder) => readFileSync(entryOf(folder, NAME), "utf8"));
  } catch {
    return null;
  }
}

export function forgetTold(root: string): void {
  if (lstatSync(resolveInRoot(root, PATH), { throwIfNoEntry: false }) === undefined) return;
  inFolder(root, RUN_FOLDER, TRUST_NOBODY_ELSE, (folder) =>
    inEntry(folder, NAME, () => removeIfThere(entryOf(folder, NAME))),
  );
}
