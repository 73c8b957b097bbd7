// Where file systems are mounted in an image, as the kernel lists them: bind mounts too, which have the device of what they cover,
// and single files.

import { readFileSync, realpathSync } from "node:fs";
import { errnoOf } from "./file-error.ts";
import { unescapePoint } from "./mountinfo.ts";

/** @returns paths from the root, without a slash in front; none where /proc is not mounted */
export function findMountsIn(root: string): ReadonlySet<string> {
  try {
    return new Set(listMountsIn(readFileSync("/proc/self/mountinfo", "utf8"), realpathSync(root)));
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
    return new Set();
  }
}

/** @param mountinfo as in /proc/self/mountinfo: proc_pid_mountinfo(5) @param root without a symlink */
export function listMountsIn(mountinfo: string, root: string): string[] {
  const base = root === "/" ? "/" : `${root}/`;
  const points = mountinfo.split("\n").map((line) => unescapePoint(line.split(" ")[4] ?? ""));
  return points.filter((point) => point.startsWith(base) && point !== base).map((point) => point.slice(base.length));
}
