// The asset with all that the executable carries beside its code.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { formatArchive } from "../../agent/carried-archive.ts";
import { CARRIED, listTree } from "../../agent/carried.ts";
import { TOP } from "./build-pinned-node.ts";

/** @param scripts files by carried name */
export function packCarried(scripts: Readonly<Record<string, string>>): Buffer {
  const inTree = CARRIED.flatMap(listTree).map((path) => [path, join(TOP, path)] as const);
  const files = [...inTree, ...Object.entries(scripts)];
  return formatArchive(Object.fromEntries(files.map(([name, path]) => [name, brotliCompressSync(readFileSync(path))])));
}
