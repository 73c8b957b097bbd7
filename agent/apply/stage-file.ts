// Decides which change a file needs and gets it ready. Never touches the file itself.

import { basename, dirname, join } from "node:path";
import { AttributeChange } from "./change-attributes.ts";
import { explainingErrors } from "./file-error.ts";
import { closeFolder, openFolder, type Folder, type Trust } from "./folder.ts";
import { compareFile, readCurrent, type Wanted } from "./read-current.ts";
import type { StagedChange } from "./staged-change.ts";
import { Replacement } from "./write-file.ts";

/** Touches nothing but a temporary file of its own, and that only if the file differs from `wanted`. */
export function stageFile(root: string, wanted: Wanted, trust: Trust): StagedChange {
  const folder = openFolder(root, dirname(wanted.path), trust);
  const shownPath = join(folder.shownPath, basename(wanted.path));
  try {
    return explainingErrors(shownPath, () => stageIn(folder, wanted));
  } catch (error) {
    closeFolder(folder);
    throw error;
  }
}

function stageIn(folder: Folder, wanted: Wanted): StagedChange {
  const name = basename(wanted.path);
  const current = readCurrent(folder, name, wanted.bytes.length);
  const difference = compareFile(current, wanted);
  switch (difference) {
    case "create":
    case "update":
      return new Replacement(folder, name, wanted, difference);
    case "attributes":
      return new AttributeChange(folder, name, wanted);
    case "unchanged":
      closeFolder(folder);
      return { path: wanted.path, difference, stagedPath: null, prepare() {}, commit() {}, undo() {}, settle() {} };
  }
}
