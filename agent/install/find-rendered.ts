// The files that parbake rendered, by its own record, and which of them nobody would miss: those that were not there before, as
// parbake last wrote them.

import { digestOf } from "../apply/state/digest.ts";
import { readManaged, type Managed, type ManagedFile } from "../apply/state/managed.ts";
import { isMadeDropIn } from "../config/share-path.ts";
import { readCurrent } from "../host/files/read-current.ts";
import type { Trust } from "../host/folder.ts";
import { Refusal } from "../refusal.ts";
import { inPlace, placeOf } from "./places.ts";
import { joinFindings, leaving, NOTHING, removing, type Findings } from "./removal.ts";

/** @param isAsked whether they are to be removed */
export function findRendered(root: string, isAsked: boolean): Findings {
  const files = [...readManaged(root).files.values()].filter(isRendered);
  return joinFindings(files.map((file) => findFile(root, file, isAsked)));
}

// The drop-ins of credentials go in any case.
function isRendered(entry: Managed): entry is ManagedFile {
  return entry.kind === "file" && !isMadeDropIn(entry.path);
}

function findFile(root: string, file: ManagedFile, isAsked: boolean): Findings {
  const { path, created } = file;
  try {
    const state = compare(root, file);
    if (state === "gone") return NOTHING;
    if (!isAsked) return leaving("rendered by parbake; --rendered removes it", [path]);
    if (state === "edited") return leaving("edited since parbake wrote it", [path]);
    return created
      ? removing("file", [path], trustOf(file))
      : leaving("there was one before parbake's, which is gone", [path]);
  } catch (error) {
    // A link in its place, or in a folder that others may write to.
    if (error instanceof Refusal) return leaving(error.problems.map(({ what }) => what).join("; "), [path]);
    throw error;
  }
}

/** As a run does, which removes what its config no longer has: the file's owner may write to the folder. */
function trustOf({ uid, gid }: ManagedFile): Trust {
  return { uids: [uid], gids: [gid] };
}

function compare(root: string, file: ManagedFile): "gone" | "edited" | "same" {
  const { path, sizeBytes, sha256 } = file;
  const place = placeOf(root, path);
  const current = inPlace(root, place, (folder) => readCurrent(folder, place.name, sizeBytes), trustOf(file));
  if (current === null || current.kind === "absent") return "gone";
  return current.bytes !== null && digestOf(current.bytes) === sha256 ? "same" : "edited";
}
