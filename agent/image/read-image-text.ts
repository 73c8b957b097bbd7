// Reads a text of a machine image that nobody wrote for parbake: a unit, a program's config. Follows symlinks within the image
// alone, waits for no writer of a pipe, and takes in no more than such a file has. Never writes.

import { existsSync, readdirSync, readlinkSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { attempt } from "../host/attempt.ts";
import { readPlain, type FileKind } from "../host/read-plain.ts";
import { locateInRoot, resolveInRoot } from "../host/resolve-in-root.ts";

const TEXT: FileKind = {
  name: "the file",
  // Redis's own redis.conf, one of the longest, has 100 KiB.
  mostBytes: 1024 * 1024,
  code: "config",
};

/**
 * @param path absolute, as the booted machine sees it
 * @returns null where there is no such file, or none that could be one: unreadable, a device, far too large
 */
export function readImageText(root: string, path: string): string | null {
  return attempt(null, () => readPlain(resolveLinks(root, path), path, TEXT).bytes.toString("utf8"));
}

/** The names in a folder of the image, sorted; none where there is no such folder. */
export function listImageFolder(root: string, path: string): readonly string[] {
  return attempt([], () => readdirSync(resolveInRoot(root, path)).toSorted());
}

/** The files below a folder of the image, and symlinks to files, by path and sorted; none where there is no such folder. */
export function listImageTree(root: string, folder: string): string[] {
  const options = { recursive: true, encoding: "utf8" } as const;
  const names = attempt([], () => readdirSync(resolveInRoot(root, folder), options));
  const paths = names.map((name) => join(folder, name)).toSorted();
  return paths.filter((path) => attempt(false, () => statSync(resolveInRoot(root, path)).isFile()));
}

/** Whether the path leads to anything. */
export function isInImage(root: string, path: string): boolean {
  return attempt(false, () => existsSync(resolveInRoot(root, path)));
}

/** Whether there is an entry of that path, be it a symlink that leads nowhere. */
export function isEntryInImage(root: string, path: string): boolean {
  return listImageFolder(root, dirname(path)).includes(basename(path));
}

/** What the symlink of that path says; null: it is none. */
export function readImageLink(root: string, path: string): string | null {
  return attempt(null, () => readlinkSync(join(resolveInRoot(root, dirname(path)), basename(path))));
}

/** Below `/`, too: what is read must be no symlink. */
function resolveLinks(root: string, path: string): string {
  return join(root, locateInRoot(root, path));
}
