// JSON documents in parbake's own folder under /run, swapped in atomically and readable by every user. Never holds a value of
// a secret.

import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { explainingErrors, errnoOf } from "./file-error.ts";
import { closeFolder, entryOf, TRUST_NOBODY_ELSE } from "./folder.ts";
import { openRunFolder, RUN_FOLDER } from "./run-folder.ts";
import { stageFile } from "./stage-file.ts";
import { removeLeftovers } from "./temporary.ts";

export function writeState(root: string, name: string, document: object): void {
  closeFolder(openRunFolder(root));
  const staged = stageFile(
    root,
    {
      path: `${RUN_FOLDER}/${name}`,
      bytes: Buffer.from(`${JSON.stringify(document, null, 2)}\n`),
      uid: process.geteuid!(),
      gid: process.getegid!(),
      mode: 0o644,
    },
    TRUST_NOBODY_ELSE,
  );
  staged.commit();
  staged.settle();
}

/** Null where there is none, or where it is no JSON object: a half-known state is no state. */
export function readState(root: string, name: string): Readonly<Record<string, unknown>> | null {
  try {
    const document: unknown = JSON.parse(readFileSync(join(root, RUN_FOLDER, name), "utf8"));
    return typeof document === "object" && document !== null ? { ...document } : null;
  } catch (error) {
    if (error instanceof SyntaxError || errnoOf(error) === "ENOENT") return null;
    throw error;
  }
}

export function removeState(root: string, name: string): void {
  const folder = openRunFolder(root);
  try {
    explainingErrors(`${folder.shownPath}/${name}`, () => rmSync(entryOf(folder, name), { force: true }));
    removeLeftovers(folder);
  } finally {
    closeFolder(folder);
  }
}
