// A text of parbake's own, swapped in atomically, durable and readable by every user. Never for what a plan writes: there is no
// way back.

import { basename, dirname } from "node:path";
import { compareFile, readCurrent } from "../../host/files/read-current.ts";
import { swapIn } from "../../host/files/swap-in.ts";
import { writeNew } from "../../host/files/write-file.ts";
import { inEntry, inFolder, type Trust } from "../../host/folder.ts";
import { ownGid, ownUid } from "../../host/own-ids.ts";

/** @param path absolute, as the booted machine sees it */
export function writeWhole(root: string, path: string, text: string, trust: Trust): void {
  const wanted = { path, bytes: Buffer.from(text), uid: ownUid(), gid: ownGid(), mode: 0o644 };
  const name = basename(path);
  inFolder(root, dirname(path), trust, (folder) =>
    inEntry(folder, name, () => {
      if (compareFile(readCurrent(folder, name, wanted.bytes.length), wanted) === "unchanged") return;
      swapIn(folder, name, (newName) => writeNew(folder, newName, wanted));
    }),
  );
}
