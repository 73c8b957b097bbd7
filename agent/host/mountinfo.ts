// What /proc/self/mountinfo says: proc_pid_mountinfo(5). Pure.

import { join } from "node:path";
import { isWithin } from "../names/plain-path.ts";

interface Mount {
  /** Of its file system: major:minor. */
  readonly device: string;
  /** The folder of the file system that is mounted. */
  readonly folder: string;
  /** Where. */
  readonly point: string;
  readonly isReadOnly: boolean;
  readonly isFileSystemReadOnly: boolean;
}

/**
 * Whether it is the mount alone that takes no write, and not its file system: so systemd holds a service's writes off. But a folder that
 * it has mounted upon itself is one that the service may write to: where that takes none, nothing in the machine may (a container's root).
 * @param path free of symlinks
 */
export function isHeldReadOnly(mountinfo: string, path: string): boolean {
  const mount = listAround(mountinfo, path).at(-1);
  return mount !== undefined && mount.isReadOnly && !mount.isFileSystemReadOnly && !isUponItself(mount);
}

/**
 * The point of the mount that takes no write, as all of the machine knows it: not that of a folder in it which systemd has mounted upon
 * itself for one service.
 * @param path free of symlinks
 * @returns null where no such mount is known
 */
export function findReadOnlyMount(mountinfo: string, path: string): string | null {
  const around = listAround(mountinfo, path);
  const innermost = around.at(-1);
  if (innermost === undefined || !takesNoWrite(innermost)) return null;
  return around.find((mount) => takesNoWrite(mount) && isSameFolder(mount, innermost))?.point ?? null;
}

/** The mounts that the path is in, the innermost last: of two at one point the later one covers the other. */
function listAround(mountinfo: string, path: string): Mount[] {
  const mounts = mountinfo.split("\n").flatMap(parseMount);
  return mounts.filter(({ point }) => isWithin(point, path)).toSorted((a, b) => a.point.length - b.point.length);
}

function parseMount(line: string): readonly Mount[] {
  const fields = line.split(" ");
  const [, , device = "", folder = "", point = "", options = ""] = fields;
  if (point === "") return [];
  const isReadOnly = hasReadOnly(options);
  const isFileSystemReadOnly = hasReadOnly(fields[fields.indexOf("-") + 3] ?? "");
  return [{ device, folder: unescapePoint(folder), point: unescapePoint(point), isReadOnly, isFileSystemReadOnly }];
}

/** The folder of the file system has the path of the mount, perhaps below a subvolume of btrfs. */
function isUponItself({ folder, point }: Mount): boolean {
  return point !== "/" && folder.endsWith(point);
}

/** Whether the outer one shows at the inner one's point what the inner one does. */
function isSameFolder(outer: Mount, inner: Mount): boolean {
  return outer.device === inner.device && join(outer.folder, inner.point.slice(outer.point.length)) === inner.folder;
}

function takesNoWrite({ isReadOnly, isFileSystemReadOnly }: Mount): boolean {
  return isReadOnly || isFileSystemReadOnly;
}

function hasReadOnly(options: string): boolean {
  return options.split(",").includes("ro");
}

/** The kernel writes blank, tab, line end and backslash as \040 and the like. */
export function unescapePoint(point: string): string {
  return point.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8)));
}
