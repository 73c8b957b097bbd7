// A text of parbake's own, swapped in atomically, durable and readable by every user. Never for what a plan writes: there is no
// way back.

import { dirname } from "node:path";
import type { Creation, Update } from "../change/change.ts";
import { inFolder, type Trust } from "../../host/folder.ts";
import { commitChange, syncFolders } from "../change/make-change.ts";
import { stageFile } from "../files/stage-file.ts";
import { removeTemporary } from "../../host/files/temporary.ts";

/** @param path absolute, as the booted machine sees it */
export function writeWhole(root: string, path: string, text: string, trust: Trust): void {
  const wanted = { path, bytes: Buffer.from(text), uid: process.geteuid!(), gid: process.getegid!(), mode: 0o644 };
  const { change } = stageFile(root, wanted, trust);
  if (change === null) return;
  try {
    commitChange(root, change);
    syncFolders(root, [change]);
  } catch (error) {
    if (change.kind === "create" || change.kind === "update") dropStaged(root, change, trust);
    throw error;
  }
}

function dropStaged(root: string, { path, newName }: Creation | Update, trust: Trust): void {
  inFolder(root, dirname(path), trust, (folder) => removeTemporary(folder, newName));
}
