// Puts a piece in its place, by one rename, so that a run or a boot never meets half of it.

import { readdirSync, symlinkSync } from "node:fs";
import { swapIn } from "../host/files/swap-in.ts";
import { finalName, isTemporaryName, removeTemporary } from "../host/files/temporary.ts";
import { writeNew } from "../host/files/write-file.ts";
import { entryOf, inEntry, inFolder, TRUST_NOBODY_ELSE, type Folder } from "../host/folder.ts";
import { makeFolders } from "../host/make-folders.ts";
import { ownGid, ownUid } from "../host/own-ids.ts";
import { locateInRoot } from "../host/resolve-in-root.ts";
import type { Piece } from "./pieces.ts";
import { placeOf } from "./places.ts";
import { remove } from "./remove.ts";

/** @throws Refusal where it cannot be written; what is there stays */
export function putPiece(root: string, piece: Piece): void {
  switch (piece.kind) {
    case "file":
      return replace(root, piece.path, (folder, name) => {
        const { path, bytes, mode } = piece;
        writeNew(folder, name, { path, bytes, mode, uid: ownUid(), gid: ownGid() });
      });
    case "folder":
      return void makeFolders(root, "/", locateInRoot(root, piece.path), 0o755);
    case "former":
      return remove(root, { kind: "file", path: piece.path, trust: undefined });
    case "link":
      return replace(root, piece.path, (folder, name) => symlinkSync(piece.text, entryOf(folder, name)));
  }
}

function replace(root: string, path: string, make: (folder: Folder, name: string) => void): void {
  const place = placeOf(root, path);
  makeFolders(root, "/", place.folder, 0o755);
  inFolder(root, place.folder, TRUST_NOBODY_ELSE, (folder) =>
    inEntry(folder, place.name, () => {
      sweep(folder, place.name);
      swapIn(folder, place.name, (newName) => make(folder, newName));
    }),
  );
}

/** What a killed installation left of this very file. The others may be in use by a run: an installation takes no lock. */
export function sweep(folder: Folder, name: string): void {
  const left = readdirSync(entryOf(folder, ".")).filter((each) => isTemporaryName(each) && finalName(each) === name);
  for (const each of left) removeTemporary(folder, each);
}
