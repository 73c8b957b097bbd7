// What /proc/self/mountinfo says: proc_pid_mountinfo(5). Pure.

import { isWithin } from "../names/plain-path.ts";

/**
 * Whether it is the mount alone that takes no write, and not its file system: so systemd holds a service's writes off. But a folder that
 * it has mounted upon itself is one that the service may write to: where that takes none, nothing in the machine may (a container's root).
 * @param path free of symlinks
 */
export function isHeldReadOnly(mountinfo: string, path: string): boolean {
  const mounts = mountinfo.split("\n").map((line) => line.split(" "));
  const around = mounts.filter(([, , , , point = ""]) => point !== "" && isWithin(unescapePoint(point), path));
  // Of two at one point the later one covers the other.
  const innermost = around.toSorted((a, b) => (a[4] ?? "").length - (b[4] ?? "").length).at(-1) ?? [];
  const ofFileSystem = innermost[innermost.indexOf("-") + 3] ?? "";
  return isReadOnly(innermost[5] ?? "") && !isReadOnly(ofFileSystem) && !isUponItself(innermost);
}

/** The folder of the file system has the path of the mount, perhaps below a subvolume of btrfs. */
function isUponItself([, , , folder = "", point = ""]: readonly string[]): boolean {
  return point !== "/" && folder.endsWith(point);
}

function isReadOnly(options: string): boolean {
  return options.split(",").includes("ro");
}

/** The kernel writes blank, tab, line end and backslash as \040 and the like. */
export function unescapePoint(point: string): string {
  return point.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8)));
}
