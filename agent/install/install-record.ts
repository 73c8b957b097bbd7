// What an installation notes for the uninstallation: the folders that it had to make, so that those are removed, and no empty folder
// that was there before.

import { dirname } from "node:path";
import { STATE_FOLDER } from "../apply/state/own-folders.ts";
import { readState, writeState } from "../apply/state/state-file.ts";
import { inPlace, listMissing, placeOf } from "./places.ts";
import { sweep } from "./put-piece.ts";

const NAME = "install.json";

/** As the booted machine sees them, free of links. Null: no record, as of a package or an older version. */
export function readMadeFolders(root: string): readonly string[] | null {
  const found = readState(root, NAME, STATE_FOLDER, (json) =>
    json
      .get("folders")
      .items()
      .map((path) => path.path()),
  );
  return found.kind === "read" ? found.document : null;
}

/** Before they are made: an installation may be cut short anywhere. The record's own folder goes in any case. */
export function noteMadeFolders(root: string, folders: readonly string[]): void {
  const all = new Set([...(readMadeFolders(root) ?? []), ...listMissing(root, dirname(STATE_FOLDER)), ...folders]);
  inPlace(root, placeOf(root, `${STATE_FOLDER}/${NAME}`), (folder) => sweep(folder, NAME));
  writeState(root, NAME, { schema: 1, folders: [...all].toSorted() }, STATE_FOLDER);
}
