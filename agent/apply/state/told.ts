// What the console was told last: the problems of the last failed run. A run that fails for the same reason, as each retry does,
// tells it no second time; one that ends well forgets it.

import { existsSync, readFileSync } from "node:fs";
import { attempt } from "../../host/attempt.ts";
import { closeFolder, entryOf, inFolder, TRUST_NOBODY_ELSE } from "../../host/folder.ts";
import { openOwnFolder, RUN_FOLDER, shownRecord } from "./own-folders.ts";
import { removeState } from "./state-file.ts";
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
  return attempt(null, () =>
    inFolder(root, RUN_FOLDER, TRUST_NOBODY_ELSE, (folder) => readFileSync(entryOf(folder, NAME), "utf8")),
  );
}

export function forgetTold(root: string): void {
  // At every boot.
  if (existsSync(shownRecord(root, RUN_FOLDER, NAME))) removeState(root, NAME);
}
