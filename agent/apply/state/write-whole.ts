// A text of parbake's own, swapped in atomically, durable and readable by every user. Never for what a plan writes: there is no
// way back.

import { renameSync } from "node:fs";
import { basename, dirname } from "node:path";
import { cleaningUp } from "../../host/files/cleaning-up.ts";
import { compareFile, readCurrent } from "../../host/files/read-current.ts";
import { removeTemporary, temporaryName } from "../../host/files/temporary.ts";
import { writeNew } from "../../host/files/write-file.ts";
import { entryOf, inEntry, inFolder, type Trust } from "../../host/folder.ts";
import { ownGid, ownUid } from "../../host/own-ids.ts";
import { syncFolder } from "../../host/sync-folder.ts";

/** @param path absolute, as the booted machine sees it */
export function writeWhole(root: string, path: string, text: string, trust: Trust): void {
  const wanted = { path, bytes: Buffer.from(text), uid: ownUid(), gid: ownGid(), mode: 0o644 };
  const name = basename(path);
  inFolder(root, dirname(path), trust, (folder) =>
    inEntry(folder, name, () => {
      if (compareFile(readCurrent(folder, name, wanted.bytes.length), wanted) === "unchanged") return;
      const newName = temporaryName(name);
      writeNew(folder, newName, wanted);
      cleaningUp(
        () => renameSync(entryOf(folder, newName), entryOf(folder, name)),
        () => removeTemporary(folder, newName),
      );
      syncFolder(folder);
    }),
  );
}
