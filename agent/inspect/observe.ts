// What is at the places of a plan, as a saved plan remembers it and as `apply --plan` finds it: enough to tell whether anybody
// changed them in between. Never writes; of a secret's file only whether it is there and whose it is.

import { closeSync, constants, fstatSync, lstatSync, openSync, readlinkSync, type Stats } from "node:fs";
import { basename, dirname, join } from "node:path";
import { DATA, linkTextOf } from "../apply/change/generation-layout.ts";
import { digestOpen } from "../host/digest-open.ts";
import { errnoOf } from "../host/file-error.ts";
import { resolveInRoot } from "../host/resolve-in-root.ts";

export type Seen =
  | { readonly kind: "absent" }
  /** `sha256` is of the bytes; null where the file holds a secret, or may. */
  | {
      readonly kind: "file";
      readonly uid: number;
      readonly gid: number;
      /** Permission bits, 0 to 0o7777. */
      readonly mode: number;
      readonly sha256: string | null;
    }
  | { readonly kind: "folder"; readonly uid: number; readonly gid: number; readonly mode: number }
  /** A symlink, a device: apply refuses it. */
  | { readonly kind: "other" }
  | { readonly kind: "unreadable" };

/**
 * @param path absolute, as the booted machine sees it
 * @param holdsSecret it is not even opened
 */
export function observe(root: string, path: string, holdsSecret: boolean): Seen {
  try {
    const file = followStable(root, path);
    return holdsSecret ? describe(lstatSync(file), null) : open(file);
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === null) throw error;
    if (errno === "ENOENT" || errno === "ENOTDIR") return { kind: "absent" };
    return { kind: errno === "EACCES" || errno === "EPERM" ? "unreadable" : "other" };
  }
}

/** The stable name of a secret's file is a symlink into the current generation. Any other symlink is what it is. */
export function followStable(root: string, path: string): string {
  const [folder, name] = [dirname(path), basename(path)];
  const file = join(resolveInRoot(root, folder), name);
  const isStable = lstatSync(file).isSymbolicLink() && readlinkSync(file) === linkTextOf(name);
  return isStable ? join(resolveInRoot(root, join(folder, DATA)), name) : file;
}

function open(file: string): Seen {
  // Without O_NONBLOCK the open of a FIFO would wait for its writer.
  const fd = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    return describe(fstatSync(fd), fd);
  } finally {
    closeSync(fd);
  }
}

function describe({ mode, uid, gid }: Stats, fd: number | null): Seen {
  const attributes = { uid, gid, mode: mode & 0o7777 };
  switch (mode & constants.S_IFMT) {
    case constants.S_IFREG:
      return { kind: "file", ...attributes, sha256: fd === null ? null : digestOpen(fd).digest };
    case constants.S_IFDIR:
      return { kind: "folder", ...attributes };
    default:
      return { kind: "other" };
  }
}
