// What a cell sees in place of the image's own: new files and folders, each in the layer of the file system that it belongs to.
// Writes below the folder that it is given, and follows no symlink of the image out of it.

import { chmodSync, chownSync, lstatSync, mkdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { isBelow } from "../../names/plain-path.ts";
import type { Attributes } from "../attributes.ts";
import { locateInRoot } from "../resolve-in-root.ts";

export interface CellFile extends Attributes {
  /** As the booted machine names it. */
  readonly path: string;
  /** Null: a folder. */
  readonly bytes: Buffer | null;
}

/** Where the kernel's own file systems are mounted in a cell. */
const KERNEL_FOLDERS = ["proc", "sys", "dev"];

/** @param folder empty; gets the layers `0`, the root's, and `1`, `2`, … of the mounts */
export function writeLayers(folder: string, root: string, mounts: readonly string[], files: readonly CellFile[]): void {
  for (const [number, mount] of ["/", ...mounts].entries())
    makeFolder(join(folder, String(number)), attributesOf(join(root, mount)));
  for (const name of KERNEL_FOLDERS) makeFolder(join(folder, "0", name), DEFAULT);
  for (const file of files) writeIn(folder, root, mounts, file);
}

const DEFAULT: Attributes = { uid: 0, gid: 0, mode: 0o755 };

function writeIn(folder: string, root: string, mounts: readonly string[], file: CellFile): void {
  const path = join(locateInRoot(root, dirname(file.path)), basename(file.path));
  const mount = mounts.findLast((each) => isBelow(each, path)) ?? "/";
  const number = mount === "/" ? 0 : mounts.indexOf(mount) + 1;
  const inLayer = (each: string) => join(folder, String(number), each.slice(mount === "/" ? 0 : mount.length));
  for (const each of foldersAbove(path, mount)) makeFolder(inLayer(each), attributesOf(join(root, each)));
  if (file.bytes === null) return makeFolder(inLayer(path), file);
  writeFileSync(inLayer(path), file.bytes, { mode: 0o600 });
  setAttributes(inLayer(path), file);
}

/** Below the mount, parents first. */
function foldersAbove(path: string, mount: string): string[] {
  const above = dirname(path);
  return above === mount || above === "/" ? [] : [...foldersAbove(above, mount), above];
}

/** A layer's folder stands for the image's with its owner and mode. */
function attributesOf(path: string): Attributes {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats?.isDirectory() ? { uid: stats.uid, gid: stats.gid, mode: stats.mode & 0o7777 } : DEFAULT;
}

function makeFolder(path: string, attributes: Attributes): void {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) mkdirSync(path, { mode: 0o700 });
  setAttributes(path, attributes);
}

function setAttributes(path: string, { uid, gid, mode }: Attributes): void {
  chownSync(path, uid, gid);
  chmodSync(path, mode);
}
