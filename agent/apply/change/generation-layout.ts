// How the secrets folder is laid out, so that one rename shows readers all new files at once: `..data` is a symlink to the
// folder of the current generation, and each top-level name a symlink into it, which stays when the generation goes.
//
//   /run/parbake/secrets/..gen-7/db/password
//   /run/parbake/secrets/..data → ..gen-7
//   /run/parbake/secrets/db     → ..data/db

import { readdirSync } from "node:fs";
import { isFolder, isThere, readLink } from "../../host/find-entry.ts";
import { entryOf, inFolder, TRUST_NOBODY_ELSE, type Folder } from "../../host/folder.ts";
import { isBelow } from "../../names/plain-path.ts";
import { Refusal, type Problem } from "../../refusal.ts";
import { isGenerationName, nextGenerationName } from "./generation-name.ts";

export const DATA = "..data";
/** In each generation: see StoredGeneration. */
export const VERSIONS = ".versions.json";

/** What the symlink of a top-level name says. */
export function linkTextOf(name: string): string {
  return `${DATA}/${name}`;
}

/** `path` as a generation knows it: `db/password`. */
export function nameInGeneration(secretsFolder: string, path: string): string {
  if (!isBelow(secretsFolder, path)) throw new Error(`${path} is not below ${secretsFolder}`);
  return path.slice(trimmed(secretsFolder).length + 1);
}

export function topNameOf(name: string): string {
  const [top = name] = name.split("/", 1);
  return top;
}

/** Null: there is none yet, or somebody removed it, and a run makes its files again. */
export function readGeneration(folder: Folder): string | null {
  const generation = readPointer(folder);
  return generation !== null && isFolder(folder, generation) ? generation : null;
}

/** The generation that `..data` names, whether its folder is there or not. */
export function readPointer(folder: Folder): string | null {
  const text = readLink(folder, DATA);
  return isGenerationName(text) ? text : null;
}

export function isStableLink(folder: Folder, name: string): boolean {
  return readLink(folder, name) === linkTextOf(name);
}

/**
 * What stands where the link of a top-level name must be; null: nothing does, or that link. It is never replaced: parbake did not
 * make it.
 */
export function findInTheWay(folder: Folder, name: string): Problem | null {
  if (!isThere(folder, name) || isStableLink(folder, name)) return null;
  return {
    what: `${folder.shownPath}/${name} is not parbake's, and parbake needs a symlink to ${linkTextOf(name)} there`,
    fix: "Move it out of the secrets folder, or remove it.",
  };
}

/** The top-level names that have a link into the current generation, which may dangle. */
export function listStableLinks(folder: Folder): string[] {
  return readdirSync(entryOf(folder, ".")).filter((name) => isStableLink(folder, name));
}

export function listGenerations(folder: Folder): string[] {
  return readdirSync(entryOf(folder, ".")).filter(isGenerationName);
}

export function nextGeneration(folder: Folder): string {
  return nextGenerationName(listGenerations(folder));
}

/**
 * Where the file of this stable path lies now, free of symlinks; the path itself where it is in no generation.
 * @param path absolute, as the booted machine sees it
 */
export function locate(root: string, secretsFolder: string, path: string): string {
  if (!isBelow(secretsFolder, path)) return path;
  try {
    return inFolder(root, secretsFolder, TRUST_NOBODY_ELSE, (folder) => {
      const name = nameInGeneration(secretsFolder, path);
      if (!isStableLink(folder, topNameOf(name))) return path;
      // Where the link dangles, so does this.
      const generation = readPointer(folder) ?? DATA;
      return `${trimmed(secretsFolder)}/${generation}/${name}`;
    });
  } catch (error) {
    // Whoever opens it next is told why it can't be.
    if (!(error instanceof Refusal)) throw error;
    return path;
  }
}

export function trimmed(folder: string): string {
  return folder.replace(/\/+$/, "");
}
