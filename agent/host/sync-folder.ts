// Makes the names in a folder durable: what was renamed into it, or unlinked.

import { closeSync, constants, fsyncSync, openSync } from "node:fs";
import { entryOf, type Folder } from "./folder.ts";

export function syncFolder(folder: Folder): void {
  const fd = openSync(entryOf(folder, "."), constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
