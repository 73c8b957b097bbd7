// Where in an image a piece of parbake is: within it, whatever its links say. Only looks.

import { lstatSync, readdirSync, type Dirent } from "node:fs";
import { basename, dirname, join } from "node:path";
import { errnoOf, explainFileError, explainingErrors } from "../host/file-error.ts";
import { inFolderIfThere, TRUST_NOBODY_ELSE, type Folder, type Trust } from "../host/folder.ts";
import { locateInRoot } from "../host/resolve-in-root.ts";

/** A name in a folder of the image. */
export interface Place {
  /** Free of links, as the booted machine sees it. */
  readonly folder: string;
  readonly name: string;
}

/** A link at the path itself is not followed: it is what is replaced, or removed. */
export function placeOf(root: string, path: string): Place {
  return { folder: locateInRoot(root, dirname(path)), name: basename(path) };
}

/** `work` in the place's folder, which nobody else may write to but whom `trust` names; null where there is no such folder. */
export function inPlace<T>(
  root: string,
  { folder }: Place,
  work: (folder: Folder) => T,
  trust: Trust = TRUST_NOBODY_ELSE,
): T | null {
  return inFolderIfThere(root, folder, trust, (opened) => explainingErrors(opened.shownPath, () => work(opened)));
}

/** What to open for the place of a path. */
export function fileAt(root: string, path: string): string {
  const { folder, name } = placeOf(root, path);
  return join(root, folder, name);
}

/** Whether the image has anything of that name, a dangling link too. */
export function isAt(root: string, path: string): boolean {
  return exists(fileAt(root, path));
}

/** The folders that would have to be made for it, outermost first. @param folder free of links */
export function listMissing(root: string, folder: string): string[] {
  const missing: string[] = [];
  for (let path = folder; path !== "/" && !exists(join(root, path)); path = dirname(path)) missing.unshift(path);
  return missing;
}

/** The names in a folder, in order. */
export function listNames(root: string, folder: string): string[] {
  return listEntries(root, folder)
    .map(({ name }) => name)
    .toSorted();
}

/** None where there is no such folder. */
export function listEntries(root: string, folder: string): Dirent[] {
  try {
    return readdirSync(join(root, locateInRoot(root, folder)), { withFileTypes: true });
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR") return [];
    throw explainFileError(error, join(root, folder));
  }
}

function exists(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    // A part of the path is no folder: whoever opens it is told so.
    if (errnoOf(error) === "ENOTDIR") return true;
    throw explainFileError(error, path);
  }
}
