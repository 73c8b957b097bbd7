// Decides which change a file needs and gets it ready. Never touches the file itself.

import { basename, join } from "node:path";
import type { Attributes } from "../../host/attributes.ts";
import { compareFile, type Current, type CurrentFile, type Wanted } from "../../host/files/read-current.ts";
import { temporaryName } from "../../host/files/temporary.ts";
import { writeNew, type Dress } from "../../host/files/write-file.ts";
import { NOTHING_WRITTEN } from "../../host/files/written-file.ts";
import type { Folder, Trust } from "../../host/folder.ts";
import type { Creation, AttributesChange, Removal, Update } from "../change/change.ts";
import { unchanged, type StagedChange } from "./staged.ts";

/** A file that is to go; the caller has seen that it is there. */
export function stageRemoval(path: string, trust: Trust, seen: string): Removal {
  return { kind: "remove", path, trust, oldName: temporaryName(basename(path)), seen };
}

/**
 * Touches nothing but a temporary file of its own, and that only where the file differs from `wanted`.
 * @param dress for a file that is replaced: see writeNew
 */
export function stageFile(
  folder: Folder,
  wanted: Wanted,
  trust: Trust,
  current: Current,
  dress: Dress | null,
): StagedChange {
  const { path } = wanted;
  const difference = compareFile(current, wanted);
  if (difference === "unchanged") return unchanged(path);
  if (difference === "attributes" && current.kind === "file" && isOnlyOurs(folder, current)) {
    const change = attributesChange(wanted, trust, current.attributes, current.identity);
    return { path, stagedPath: null, difference, change, written: NOTHING_WRITTEN };
  }
  const newName = temporaryName(basename(path));
  const file = writeNew(folder, newName, wanted, dress);
  const common = { path, trust, newName, newInode: file.inode };
  const change: Creation | Update =
    current.kind === "absent"
      ? { kind: "create", ...common }
      : { kind: "update", ...common, oldName: temporaryName(basename(path)), seen: current.identity };
  // With the content that it has already there is nothing to validate.
  const stagedPath = difference === "attributes" ? null : join(folder.shownPath, newName);
  return { path, stagedPath, difference, change, written: new Map([[newName, file]]) };
}

export function attributesChange(
  { path, uid, gid, mode }: Omit<Wanted, "bytes">,
  trust: Trust,
  { uid: oldUid, gid: oldGid, mode: oldMode }: Attributes,
  seen: string,
): AttributesChange {
  const old = { uid: oldUid, gid: oldGid, mode: oldMode };
  return { kind: "attributes", path, trust, seen, old, new: { uid, gid, mode } };
}

// Where others may write, or where the file has a second name, it may be a file that they must not get: it is replaced by a new
// one, and its owner never changes.
function isOnlyOurs({ exposure }: Folder, { links }: CurrentFile): boolean {
  return exposure === null && links === 1;
}
