// What a pattern of the cleaning means in an image: the entries there, without a symlink on the way and on the image's own file system.

import { lstatSync, readdirSync, statSync, type Stats } from "node:fs";
import { join, matchesGlob } from "node:path";
import { attempt } from "../../host/attempt.ts";

/** @returns paths from the root, sorted */
export function findPaths(root: string, pattern: string): string[] {
  const device = statSync(root).dev;
  let found = [""];
  const names = pattern.split("/");
  names.forEach((name, index) => {
    const isLast = index === names.length - 1;
    const next = found.flatMap((folder) => matching(join(root, folder), name).map((each) => join(folder, each)));
    found = next.filter((path) => {
      const stats = look(join(root, path));
      return stats !== null && stats.dev === device && (isLast || stats.isDirectory());
    });
  });
  return found.toSorted();
}

function matching(folder: string, name: string): readonly string[] {
  return name.includes("*") ? list(folder).filter((entry) => matchesGlob(entry, name)) : [name];
}

export function look(path: string): Stats | null {
  return attempt(null, () => lstatSync(path, { throwIfNoEntry: false }) ?? null);
}

export function list(folder: string): string[] {
  return attempt([], () => readdirSync(folder));
}
