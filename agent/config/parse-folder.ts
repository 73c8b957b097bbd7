// `folders:` of every config file as one list. Pure.

import type { FolderConfig } from "./config.ts";
import type { Field } from "./field.ts";
import { parseAbsolutePath, parseOwner } from "./parse-file.ts";

/** @param lists the entries of each config file, in the order of precedence: across files the later one of a path wins */
export function parseFolders(lists: readonly (readonly Field[])[]): readonly FolderConfig[] {
  return lists.reduce<readonly FolderConfig[]>((earlier, entries) => {
    const later = entries.map(parseFolder).filter((folder) => folder !== undefined);
    const replaced = new Set(later.map(({ path }) => path));
    return [...earlier.filter(({ path }) => !replaced.has(path)), ...later];
  }, []);
}

function parseFolder(field: Field): FolderConfig | undefined {
  const keys = field.known(["path", "owner", "group", "mode"]);
  if (!keys.has("path")) field.refuse("has no path", "Add `path:`.");
  const path = parseAbsolutePath(keys.get("path"));
  const owner = parseOwner(keys, 0o755);
  return path === undefined ? undefined : { path, ...owner, at: field.at };
}
