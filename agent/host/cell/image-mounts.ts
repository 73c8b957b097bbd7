// Which file systems are mounted in an image, and are a part of it: a cell shows them as well. Pure but for the one read.

import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { unescapePoint } from "../mountinfo.ts";

/** The kernel's own, which a cell has anew or not at all. */
const NOT_OF_IMAGE = ["/proc", "/sys", "/dev"];

/** Without a device of their own, and a part of an image all the same: the others are the kernel's, or mount things themselves. */
const WITHOUT_DEVICE = ["9p", "btrfs", "cifs", "nfs", "nfs4", "overlay", "tmpfs", "virtiofs", "zfs"];

/**
 * As the booted machine names them: `/var`. Parents first.
 * @param root without a symlink
 */
export function findImageMounts(root: string): string[] {
  const paths = listImageMounts(readFileSync("/proc/self/mountinfo", "utf8"), root);
  // A single file may be mounted over another, in containers: the one below does.
  return paths.filter((path) => statSync(join(root, path), { throwIfNoEntry: false })?.isDirectory() ?? false);
}

/** @param mountinfo as in /proc/self/mountinfo: proc_pid_mountinfo(5) */
export function listImageMounts(mountinfo: string, root: string): string[] {
  const mounted = [...readMounts(mountinfo, root === "/" ? "" : root)];
  const unshown = mounted.flatMap(([path, isStored]) => (isStored ? [] : [`${path}/`]));
  // Below what a cell does not show it has no folder to mount on.
  const shown = mounted.flatMap(([path, isStored]) =>
    isStored && isOfImage(path, root) && !unshown.some((other) => path.startsWith(other)) ? [path] : [],
  );
  return shown.toSorted((a, b) => a.length - b.length);
}

/** By the path in the image, whether it is stored in one. What was mounted there last is what is there. */
function readMounts(mountinfo: string, base: string): ReadonlyMap<string, boolean> {
  const points = mountinfo.split("\n").flatMap((line): [string, boolean][] => {
    const [before = "", after = ""] = line.split(" - ");
    const [, , device = "", , escaped = ""] = before.split(" ");
    const point = unescapePoint(escaped);
    const isStored = !device.startsWith("0:") || WITHOUT_DEVICE.includes(after.split(" ")[0] ?? "");
    return point.startsWith(`${base}/`) ? [[point.slice(base.length), isStored]] : [];
  });
  return new Map(points);
}

// /run is memory: an image on a disk has nothing there but what its builder put in the way, say the builder's own sockets.
function isOfImage(path: string, root: string): boolean {
  const isAtOrBelow = (folder: string) => path === folder || path.startsWith(`${folder}/`);
  if (path === "/" || NOT_OF_IMAGE.some(isAtOrBelow)) return false;
  return root === "/" ? !path.startsWith("/run/") : !isAtOrBelow("/run");
}
