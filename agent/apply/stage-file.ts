// Decides which change a file needs and gets it ready. Never touches the file itself.

import { basename, dirname, join } from "node:path";
import type { Change, Creation, Removal, Update } from "./change.ts";
import { inEntry, inFolder, type Folder, type Trust } from "./folder.ts";
import { compareFile, readCurrent, type Current, type Wanted } from "./read-current.ts";
import { unchanged, type StagedChange } from "./staged-change.ts";
import { temporaryName } from "./temporary.ts";
import { writeNew, type Dress } from "./write-file.ts";

/** Touches nothing but a temporary file of its own, and that only if the file differs from `wanted`. */
export function stageFile(root: string, wanted: Wanted, trust: Trust): StagedChange {
  return inFolder(root, dirname(wanted.path), trust, (folder) =>
    inEntry(folder, basename(wanted.path), () => stageIn(folder, wanted, trust)),
  );
}

function stageIn(folder: Folder, wanted: Wanted, trust: Trust): StagedChange {
  return stageCurrent(folder, wanted, trust, readCurrent(folder, basename(wanted.path), wanted.bytes.length), null);
}

/** A file that is to go; the caller has seen that it is there. */
export function stageRemoval(path: string, trust: Trust): Removal {
  return { kind: "remove", path, trust, oldName: temporaryName(basename(path)) };
}

/** @param dress for a file that is replaced: see writeNew */
export function stageCurrent(
  folder: Folder,
  wanted: Wanted,
  trust: Trust,
  current: Current,
  dress: Dress | null,
): StagedChange {
  const { path } = wanted;
  const name = basename(path);
  const difference = compareFile(current, wanted);
  switch (difference) {
    case "unchanged":
      return unchanged(path);
    case "attributes": {
      const { uid, gid, mode } = wanted;
      if (current.kind === "absent") throw new Error(`${path} is absent, and has attributes`);
      const change: Change = { kind: "attributes", path, trust, old: current.attributes, new: { uid, gid, mode } };
      return { path, stagedPath: null, difference, change };
    }
    case "create":
    case "update": {
      const newName = temporaryName(name);
      const staged = { path, trust, newName, newInode: writeNew(folder, newName, wanted, dress) };
      const change: Creation | Update =
        difference === "create"
          ? { kind: "create", ...staged }
          : { kind: "update", ...staged, oldName: temporaryName(name) };
      return ready(change, join(folder.shownPath, newName));
    }
  }
}

function ready(change: Creation | Update, stagedPath: string | null): StagedChange {
  return { path: change.path, stagedPath, difference: change.kind, change };
}
