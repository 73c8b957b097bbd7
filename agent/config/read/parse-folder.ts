// `folders:` of every config file as one list. Pure.

import type { FolderConfig } from "../config.ts";
import { FOLDER_KEYS } from "../keys/file-keys.ts";
import type { Field } from "../yaml/field.ts";
import { modeOf, parseAbsolutePath, parseFolderOwner } from "./parse-file.ts";
import { byPath } from "./parse-files.ts";

/** @param lists the entries of each config file, in the order of precedence: across files the later one of a path wins */
export function parseFolders(lists: readonly (readonly Field[])[]): readonly FolderConfig[] {
  return byPath(lists.map((entries) => entries.map(parseFolder).filter((folder) => folder !== undefined)));
}

function parseFolder(field: Field): FolderConfig | undefined {
  const keys = field.known(FOLDER_KEYS);
  const path = parseAbsolutePath(keys.get("path"));
  const owner = parseFolderOwner(keys, modeOf(FOLDER_KEYS.mode.default));
  return path === undefined ? undefined : { path, ...owner, at: field.at };
}
