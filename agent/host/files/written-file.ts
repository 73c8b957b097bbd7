// A new file as it was written, and whether it still is: what was validated must be what is swapped in. A validator may write to
// it, the owner of its folder may put another in its place. In memory only: nothing of a secret, a digest least of all, may outlive
// the run.

import { hash } from "node:crypto";
import { closeSync, fstatSync, readFileSync, type BigIntStats } from "node:fs";
import { Refusal, type Problem } from "../../refusal.ts";
import type { Attributes } from "../attributes.ts";
import type { Folder } from "../folder.ts";
import { openEntry, reopen } from "./examined.ts";
import { attributesOf } from "./read-current.ts";

export interface WrittenFile extends Attributes {
  /** Of its target: absolute, as the booted machine sees it. */
  readonly path: string;
  readonly inode: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  /** The time of change, since 1970: it moves with every rename. */
  readonly changedNs: bigint;
}

/** Those that one change swaps in, by their names below the change's folder. */
export type WrittenFiles = ReadonlyMap<string, WrittenFile>;

/** @param fd of the file, when all is done to it */
export function describeWritten(fd: number, path: string, bytes: Buffer): WrittenFile {
  const stats = fstatSync(fd, { bigint: true });
  return {
    path,
    inode: stats.ino.toString(),
    ...attributesOf(stats),
    sizeBytes: bytes.length,
    sha256: hash("sha256", bytes, "hex"),
    changedNs: stats.ctimeNs,
  };
}

/** @throws Refusal with each of them that is no longer as it was written */
export function refuseTampered(folder: Folder, files: WrittenFiles): void {
  const problems = [...files].flatMap(([name, file]): Problem[] => {
    const how = findTampering(folder, name, file);
    return how === null ? [] : [describeTampering(folder, file.path, how)];
  });
  if (problems.length > 0) throw new Refusal("cannot-write", problems);
}

/** @param how what became of the new file, as a part of a sentence */
export function describeTampering({ shownPath, exposure }: Folder, path: string, how: string): Problem {
  const what = `${path} is not swapped in: since parbake wrote its new file, that ${how}`;
  const validator = "A validator may only read the file that it is given";
  if (exposure === null) return { what, fix: `${validator}, and so may any other program that runs as root.` };
  return { what, fix: `${validator}. If it did, check who may write to ${shownPath}: ${exposure}.` };
}

/** What became of the file, as a part of a sentence; null: nothing. */
function findTampering(folder: Folder, name: string, file: WrittenFile): string | null {
  const fd = openEntry(folder, name);
  if (fd === null) return "was removed";
  try {
    const stats = fstatSync(fd, { bigint: true });
    const how = findReplacement(stats, file.inode) ?? findEdit(stats, file) ?? findOtherBytes(fd, file);
    if (how !== null || folder.exposure === null || stats.ctimeNs === file.changedNs) return how;
    // Another may have stood in its place for its validator. Elsewhere only root could, whose validators may label the file.
    return "was moved or changed, and put back";
  } finally {
    closeSync(fd);
  }
}

/** Whether another stands in the place of the file with this inode, as a part of a sentence. */
export function findReplacement(stats: BigIntStats, inode: string): string | null {
  if (stats.isSymbolicLink()) return "was replaced by a symlink";
  if (!stats.isFile()) return "was replaced by what is not a file";
  return stats.ino.toString() === inode ? null : "was replaced by another file";
}

function findEdit(stats: BigIntStats, { uid, gid, mode, sizeBytes }: WrittenFile): string | null {
  const foundMode = Number(stats.mode) & 0o7777;
  if (foundMode !== mode) return `got the mode 0${foundMode.toString(8)} instead of 0${mode.toString(8)}`;
  if (Number(stats.uid) !== uid || Number(stats.gid) !== gid)
    return `was given to ${stats.uid}:${stats.gid} instead of ${uid}:${gid}`;
  if (stats.nlink !== 1n) return `got a second name, a hard link`;
  return Number(stats.size) === sizeBytes ? null : "was written to";
}

function findOtherBytes(examinedFd: number, { sha256 }: WrittenFile): string | null {
  const fd = reopen(examinedFd);
  try {
    const bytes = readFileSync(fd);
    const found = hash("sha256", bytes, "hex");
    bytes.fill(0);
    return found === sha256 ? null : "was written to";
  } finally {
    closeSync(fd);
  }
}

export const NOTHING_WRITTEN: WrittenFiles = new Map();
