// The current file at a path, and the change kind that would make it the target. Plan and apply get the same answer here.
// Never writes.

import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  readlinkSync,
  type BigIntStats,
} from "node:fs";
import { join } from "node:path";
import { Refusal } from "../../refusal.ts";
import { type Attributes, sameAttributes } from "../attributes.ts";
import { errnoOf, explainFileError } from "../file-error.ts";
import { entryOf, type Folder } from "../folder.ts";
import { identityOf } from "./identity.ts";

export type Current = { readonly kind: "absent" } | CurrentFile;

export interface CurrentFile {
  readonly kind: "file";
  /** Null where the file is larger than was asked for. */
  readonly bytes: Buffer | null;
  readonly sizeBytes: number;
  readonly attributes: Attributes;
  /** Since 1970, of the content. */
  readonly modifiedMs: number;
  /** Since 1970, of the content or any attribute. */
  readonly changedNs: bigint;
  /** See identityOf. */
  readonly identity: string;
  /** How many names it has. */
  readonly links: number;
}

/** A file as it should be. */
export interface Wanted extends Attributes {
  /** Absolute, as the booted machine sees it. */
  readonly path: string;
  readonly bytes: Buffer;
}

/** What it takes to make a file as wanted. */
type Comparison = "create" | "update" | "attributes" | "unchanged";

/** `kept`: it was edited by hand, and the config says to leave it so. */
export type FileDifference = Comparison | "remove" | "kept";

/** Refuses what parbake would not replace: a symlink, a folder, a device. */
export function readCurrent(folder: Folder, name: string, limitBytes: number): Current {
  const shownPath = join(folder.shownPath, name);
  try {
    // Without O_NONBLOCK the open of a FIFO would wait for its writer.
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    const fd = openSync(entryOf(folder, name), flags);
    try {
      return readOpened(fd, shownPath, limitBytes);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return { kind: "absent" };
    if (errnoOf(error) === "ELOOP") throw symlinkRefused(folder, name, shownPath, error);
    throw explainFileError(error, shownPath);
  }
}

export function compareFile(current: Current, wanted: Wanted): Comparison {
  switch (current.kind) {
    case "absent":
      return "create";
    case "file":
      if (current.bytes === null || !current.bytes.equals(wanted.bytes)) return "update";
      return sameAttributes(current.attributes, wanted) ? "unchanged" : "attributes";
  }
}

export function attributesOf({ uid, gid, mode }: BigIntStats): Attributes {
  return { uid: Number(uid), gid: Number(gid), mode: Number(mode) & 0o7777 };
}

interface CurrentFolder extends Attributes {
  readonly inode: string;
}

/** Null where there is nothing of that name. Refuses a symlink, and anything else that is no folder. */
export function readCurrentFolder(parent: Folder, name: string): CurrentFolder | null {
  const stats = lstatSync(entryOf(parent, name), { bigint: true, throwIfNoEntry: false });
  if (stats === undefined) return null;
  const shownPath = join(parent.shownPath, name);
  if (stats.isDirectory()) return { ...attributesOf(stats), inode: stats.ino.toString() };
  throw new Refusal("cannot-write", {
    what: `${shownPath} is declared as a folder, and is ${stats.isSymbolicLink() ? "a symlink" : "not a folder"}`,
    fix: "Remove what is there, or give the folder another path: parbake follows no symlink.",
  });
}

/** Of what has that name, a dangling symlink included: see identityOf. Null: nothing has. */
export function findIdentity(folder: Folder, name: string): string | null {
  const stats = lstatSync(entryOf(folder, name), { bigint: true, throwIfNoEntry: false });
  return stats === undefined ? null : identityOf(stats);
}

/** Of a file that is not even opened. `other`: what has that name is no file, a dangling symlink, say. Null: nothing has. */
export function findAttributes(folder: Folder, name: string): Attributes | "other" | null {
  const stats = lstatSync(entryOf(folder, name), { bigint: true, throwIfNoEntry: false });
  if (stats === undefined) return null;
  return stats.isFile() ? attributesOf(stats) : "other";
}

function readOpened(fd: number, shownPath: string, limitBytes: number): Current {
  const stats = fstatSync(fd, { bigint: true });
  if (!stats.isFile()) {
    const what = stats.isDirectory() ? "a folder" : "not a regular file";
    throw new Refusal("cannot-write", {
      what: `${shownPath} is ${what}, and parbake writes files only`,
      fix: "Give the file another path, or remove what is there.",
    });
  }
  const sizeBytes = Number(stats.size);
  return {
    kind: "file",
    bytes: sizeBytes > limitBytes ? null : readFileSync(fd),
    sizeBytes,
    attributes: attributesOf(stats),
    modifiedMs: Number(stats.mtimeMs),
    changedNs: stats.ctimeNs,
    identity: identityOf(stats),
    links: Number(stats.nlink),
  };
}

function symlinkRefused(folder: Folder, name: string, shownPath: string, cause: unknown): Refusal {
  const what = `${shownPath} is a symlink to ${readlinkSync(entryOf(folder, name))}`;
  const fix = "Name the file that it points to, or remove the link: parbake follows no symlink.";
  return new Refusal("cannot-write", { what, fix }, { cause });
}
