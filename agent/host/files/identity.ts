// What tells a file or folder from another that has its name by now. Pure.

import type { BigIntStats } from "node:fs";

/**
 * Of a file the time of modification too: the inode's number is free again when it is removed. Not its time of change, for a
 * second link moves that.
 */
export function identityOf(stats: BigIntStats): string {
  return stats.isFile() ? `${stats.ino}:${stats.mtimeNs}` : stats.ino.toString();
}

/** Whether it is what was inspected. Not with a second name: that one may lie where others reach the file. */
export function isExamined(stats: BigIntStats, identity: string): boolean {
  return identityOf(stats) === identity && (stats.isDirectory() || (stats.isFile() && stats.nlink === 1n));
}
