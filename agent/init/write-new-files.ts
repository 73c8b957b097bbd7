// Writes files that are not there yet: all of them or none. Never replaces one.

import { linkSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { errnoOf } from "../host/file-error.ts";
import { cleaningUp } from "../host/files/cleaning-up.ts";
import { removeIfThere } from "../host/files/remove-file.ts";
import { removeTemporary, temporaryName } from "../host/files/temporary.ts";
import { writeNew } from "../host/files/write-file.ts";
import { entryOf, inEntry, inFolder, TRUST_NOBODY_ELSE } from "../host/folder.ts";
import { makeFolders, removeFolders } from "../host/make-folders.ts";
import { ownGid, ownUid } from "../host/own-ids.ts";
import { syncFolder } from "../host/sync-folder.ts";
import { Refusal } from "../refusal.ts";

export interface NewFile {
  /** Absolute, as the booted machine sees it. */
  readonly path: string;
  readonly text: string;
}

/**
 * In this order, with the folders that are missing.
 * @throws Refusal where one is there by now, or can't be written: what was written until then is taken back
 */
export function writeNewFiles(root: string, files: readonly NewFile[]): void {
  const made: string[] = [];
  const written: string[] = [];
  cleaningUp(
    () => {
      for (const file of files) {
        made.push(...makeFolders(root, "/", dirname(file.path), 0o755));
        writeNewFile(root, file);
        written.push(file.path);
      }
    },
    () => {
      for (const path of written) removeFile(root, path);
      removeFolders(root, made);
    },
  );
}

function writeNewFile(root: string, { path, text }: NewFile): void {
  const wanted = { path, bytes: Buffer.from(text), uid: ownUid(), gid: ownGid(), mode: 0o644 };
  const name = basename(path);
  inFolder(root, dirname(path), TRUST_NOBODY_ELSE, (folder) =>
    inEntry(folder, name, () => {
      const newName = temporaryName(name);
      writeNew(folder, newName, wanted);
      try {
        // Unlike a rename it fails where there is one of that name.
        linkSync(entryOf(folder, newName), entryOf(folder, name));
      } catch (error) {
        throw errnoOf(error) === "EEXIST" ? alreadyThere(join(folder.shownPath, name)) : error;
      } finally {
        removeTemporary(folder, newName);
      }
      syncFolder(folder);
    }),
  );
}

function removeFile(root: string, path: string): void {
  inFolder(root, dirname(path), TRUST_NOBODY_ELSE, (folder) => removeIfThere(entryOf(folder, basename(path))));
}

export function alreadyThere(shownPath: string): Refusal {
  const fix = "Edit it, or move it away; `parbake init --dry-run` prints what init would write.";
  return new Refusal("cannot-write", { what: `${shownPath} is there already, and init replaces nothing`, fix });
}
