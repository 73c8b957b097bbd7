// Which files have an access list (ACL) that may let others write than their mode says: the mode's group bits then stand for
// everybody whom the list names. Node cannot read one, so GNU ls tells whether a file has one; on a machine without GNU ls,
// parbake does not know.

import { spawnSync } from "node:child_process";

/** It inspects a few files: one that takes longer hangs. */
const TIMEOUT_MS = 5000;

/** @param paths of files that are there */
export function findAccessLists(paths: readonly string[]): string[] {
  if (paths.length === 0) return [];
  // One line for each, in this order, a line break in its name written as an escape.
  const { stdout } = spawnSync("ls", ["-dlnbU", "--", ...paths], {
    env: { PATH: "/usr/bin:/bin", LC_ALL: "C" },
    stdio: ["ignore", "pipe", "ignore"],
    timeout: TIMEOUT_MS,
    encoding: "utf8",
  });
  const lines = (stdout ?? "").split("\n");
  return paths.filter((_, index) => /^[-d]\S{9}\+/.test(lines[index] ?? ""));
}
