// Makes folders, each where the one before is open, and takes back what it made where that fails.

import { mkdirSync, rmdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { Refusal } from "../refusal.ts";
import { errnoOf } from "./file-error.ts";
import {
  componentsOf,
  entryOf,
  explainEntryError,
  type Folder,
  inChild,
  inFolder,
  TRUST_NOBODY_ELSE,
} from "./folder.ts";

/**
 * Makes what is missing of `path` below the open `base`, each with exactly `mode` whatever the umask, and does `work` in the last of
 * it. Takes nothing back.
 */
export function inMadeFolder<T>(base: Folder, path: string, mode: number, work: (folder: Folder) => T): T {
  const [name, ...rest] = componentsOf(path);
  if (name === undefined) return work(base);
  makeIn(base, name, mode);
  return inChild(base, name, TRUST_NOBODY_ELSE, (child) => inMadeFolder(child, rest.join("/"), mode, work));
}

/** Makes what is missing of `path` below `base`, each with exactly `mode` whatever the umask. Returns what it made, outermost first. */
export function makeFolders(root: string, base: string, path: string, mode: number): string[] {
  const made: string[] = [];
  let parent = base;
  try {
    for (const name of componentsOf(path.slice(base.length))) {
      const child = join(parent, name);
      if (makeFolder(root, parent, name, mode)) made.push(child);
      parent = child;
    }
  } catch (error) {
    removeFolders(root, made);
    throw error;
  }
  return made;
}

/** Takes back what makeFolders made; a folder that somebody uses by now stays. */
export function removeFolders(root: string, made: readonly string[]): void {
  for (const path of made.toReversed()) {
    try {
      inFolder(root, dirname(path), TRUST_NOBODY_ELSE, (parent) => rmdirSync(entryOf(parent, basename(path))));
    } catch (error) {
      if (!(error instanceof Refusal) && errnoOf(error) === null) throw error;
    }
  }
}

function makeFolder(root: string, parentPath: string, name: string, mode: number): boolean {
  return inFolder(root, parentPath, TRUST_NOBODY_ELSE, (parent) => makeIn(parent, name, mode));
}

function makeIn(parent: Folder, name: string, mode: number): boolean {
  try {
    makeWithMode(entryOf(parent, name), mode);
    return true;
  } catch (error) {
    if (errnoOf(error) === "EEXIST") return false;
    throw explainEntryError(error, parent, name);
  }
}

// In one step: a run that is killed between mkdir and chmod would leave a folder with the wrong mode.
function makeWithMode(path: string, mode: number): void {
  const umask = process.umask(0);
  try {
    mkdirSync(path, mode);
  } finally {
    process.umask(umask);
  }
}
