// Puts a new entry in the place of a name by one rename, durably: whoever looks sees the old one or the whole new one.

import { renameSync } from "node:fs";
import { entryOf, type Folder } from "../folder.ts";
import { syncFolder } from "../sync-folder.ts";
import { cleaningUp } from "./cleaning-up.ts";
import { removeTemporary, temporaryName } from "./temporary.ts";

/** @param make makes it, under the name that it is given */
export function swapIn(folder: Folder, name: string, make: (newName: string) => void): void {
  const newName = temporaryName(name);
  make(newName);
  cleaningUp(
    () => renameSync(entryOf(folder, newName), entryOf(folder, name)),
    () => removeTemporary(folder, newName),
  );
  syncFolder(folder);
}
