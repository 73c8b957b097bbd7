// Takes a piece away, and the folders that it leaves empty. What is gone already is as good.

import { readdirSync } from "node:fs";
import { dirname } from "node:path";
import { DATA, isStableLink } from "../apply/change/generation-layout.ts";
import { isGenerationName } from "../apply/change/generation-name.ts";
import { removeFolderIfEmpty, removeIfThere } from "../host/files/remove-file.ts";
import { removeTree } from "../host/files/remove-tree.ts";
import { isFolder } from "../host/find-entry.ts";
import { entryOf, inEntry, type Folder, type Trust } from "../host/folder.ts";
import { locateInRoot } from "../host/resolve-in-root.ts";
import { syncFolder } from "../host/sync-folder.ts";
import { inPlace, placeOf } from "./places.ts";
import type { Removal } from "./removal.ts";

export function remove(root: string, { kind, path, trust }: Removal): void {
  if (kind === "store" || kind === "mount") return emptyStore(root, path);
  const work = (folder: Folder, name: string): void => {
    if (kind === "tree") removeTree(folder, name);
    else removeIfThere(entryOf(folder, name));
  };
  inEntryOf(root, path, work, trust);
}

/** @param folders as the booted machine sees them; one with something in it stays, and so does what is none by now */
export function removeEmpty(root: string, folders: readonly string[]): void {
  const innermostFirst = folders.toSorted((a, b) => b.length - a.length);
  for (const path of innermostFirst)
    inEntryOf(root, path, (folder, name) => {
      if (isFolder(folder, name)) removeFolderIfEmpty(entryOf(folder, name));
    });
}

function inEntryOf(root: string, path: string, work: (folder: Folder, name: string) => void, trust?: Trust): void {
  const place = placeOf(root, path);
  const inFolder = (folder: Folder): void =>
    inEntry(folder, place.name, () => {
      work(folder, place.name);
      syncFolder(folder);
    });
  inPlace(root, place, inFolder, trust);
}

/** Of what lies there, parbake's own: the generations and the links into them. */
function emptyStore(root: string, path: string): void {
  const folder = locateInRoot(root, path);
  inPlace(root, { folder, name: "." }, (opened) =>
    inEntry(opened, ".", () => {
      const names = readdirSync(entryOf(opened, "."));
      const own = names.filter((name) => name === DATA || isGenerationName(name) || isStableLink(opened, name));
      for (const name of own) removeTree(opened, name);
    }),
  );
}

/** A unit's drop-ins, and what it wants. */
const UNIT_FOLDER = /\/systemd\/system\/[^/]+\.(?:d|wants|requires|upholds)$/;

/** The folder of each that is a drop-in or enables a unit: without it, the folder may have no more use. */
export function unitFoldersOf(removals: readonly Removal[]): string[] {
  return removals.map(({ path }) => dirname(path)).filter((folder) => UNIT_FOLDER.test(folder));
}
