// Opens a folder one component at a time, each anchored at the descriptor of the one before, so that no symlink is ever
// followed and nobody can replace a component meanwhile. Creates none.

import { chmodSync, closeSync, constants, existsSync, fstatSync, lstatSync, openSync } from "node:fs";
import { join, normalize } from "node:path";
import { Refusal } from "../refusal.ts";
import type { Attributes } from "./attributes.ts";
import { entryPath } from "./entry-path.ts";
import { errnoOf, explainFileError } from "./file-error.ts";
import { ownUid } from "./own-ids.ts";
import { formatCommands, listDangers } from "./trust.ts";

// node:fs does not export it; the number is the same on x86-64 and arm64 (asm-generic/fcntl.h). A descriptor opened so
// needs no read permission on the folder.
export const O_PATH = 0o10000000;

/** Who, beside root and the user that parbake runs as, may own the folders on the way or write to them through their group. */
export interface Trust {
  readonly uids: readonly number[];
  readonly gids: readonly number[];
  /** Folders that this run makes or fixes, by their shown path: judged by the attributes that they will have. */
  readonly declared?: ReadonlyMap<string, Attributes>;
}

export const TRUST_NOBODY_ELSE: Trust = { uids: [], gids: [] };

export interface Folder {
  readonly fd: number;
  /** With the root in front: what a person can open. */
  readonly shownPath: string;
  /** Who else may replace it, or an entry of it, as a part of a sentence: "/srv/app belongs to the user 26". Null: nobody. */
  readonly exposure: string | null;
}

/** Node has no openat(2); the kernel resolves this path at the descriptor, so it means the same. */
export function entryOf(folder: Folder, name: string): string {
  return `/proc/self/fd/${folder.fd}/${name}`;
}

export function closeFolder(folder: Folder): void {
  closeSync(folder.fd);
}

/** `path` is absolute as the booted machine sees it. A symlink, or a folder that others may write to, anywhere on the way is refused. */
export function openFolder(root: string, path: string, trust: Trust): Folder {
  let folder = openRoot(root, trust);
  for (const name of componentsOf(path)) folder = stepInto(folder, name, trust);
  return folder;
}

/** `work` in the opened folder, which is closed at the end. */
export function inFolder<T>(root: string, path: string, trust: Trust, work: (folder: Folder) => T): T {
  return closing(openFolder(root, path, trust), work);
}

/** The same; null where there is no such folder. */
export function inFolderIfThere<T>(root: string, path: string, trust: Trust, work: (folder: Folder) => T): T | null {
  try {
    return inFolder(root, path, trust, work);
  } catch (error) {
    if (!isMissingFolder(error)) throw error;
    return null;
  }
}

/** `work` in a folder of an opened one. */
export function inChild<T>(parent: Folder, name: string, trust: Trust, work: (folder: Folder) => T): T {
  return closing(openChild(parent, name, trust), work);
}

function closing<T>(folder: Folder, work: (folder: Folder) => T): T {
  try {
    return work(folder);
  } finally {
    closeFolder(folder);
  }
}

/** `work` on an entry of the folder; every errno that it meets is told about the entry, or about the folder where that forbids it. */
export function inEntry<T>(folder: Folder, name: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw explainEntryError(error, folder, name);
  }
}

export function explainEntryError(error: unknown, folder: Folder, name: string): unknown {
  return errnoOf(error) === "EPERM" && isFrozen(folder)
    ? frozenFolder(folder, error)
    : explainFileError(error, join(folder.shownPath, name));
}

// To root, and to its owner, the kernel refuses the mode that it has already only where it is immutable or append-only. Asked when
// something has failed, and not before: the folder's time of change moves.
function isFrozen(folder: Folder): boolean {
  const { uid, mode } = fstatSync(folder.fd);
  if (![0, uid].includes(ownUid())) return false;
  try {
    chmodSync(entryOf(folder, "."), mode & 0o7777);
    return false;
  } catch (error) {
    if (errnoOf(error) === null) throw error;
    return errnoOf(error) === "EPERM";
  }
}

function frozenFolder({ shownPath }: Folder, cause: unknown): Refusal {
  const what = `the folder ${shownPath} is immutable or append-only (chattr +i, +a): nothing in it may be made, replaced or removed`;
  return new Refusal("permission", { what, fix: `Remove the attributes: chattr -i -a ${shownPath}` }, { cause });
}

/** Refuses attributes for a folder with which others could replace what parbake writes in it. */
export function refuseDanger(shownPath: string, attributes: Attributes, trust: Trust): void {
  const dangers = listDangers(attributes, trust);
  if (dangers.length === 0) return;
  throw new Refusal("permission", {
    what: `the folder ${shownPath} ${dangers.map(({ what }) => what).join(" and ")}, who could replace what parbake writes`,
    fix: `Leave it to root: ${formatCommands(dangers, shownPath)}`,
  });
}

function openRoot(root: string, trust: Trust): Folder {
  return checked(openAnyRoot(root), normalize(root), null, trust);
}

/** @throws Refusal `usage` where it is no folder, whoever may write to it */
export function requireRoot(root: string): void {
  closeSync(openAnyRoot(root));
}

function openAnyRoot(root: string): number {
  try {
    return openSync(root, O_PATH | constants.O_DIRECTORY);
  } catch (error) {
    if (errnoOf(error) !== "ENOENT" && errnoOf(error) !== "ENOTDIR") throw explainFileError(error, root);
    throw new Refusal("usage", { what: `${root} is not a folder`, fix: "Give --root a folder." }, { cause: error });
  }
}

// Takes the parent over: it is closed whatever happens.
function stepInto(parent: Folder, name: string, trust: Trust): Folder {
  return closing(parent, () => openChild(parent, name, trust));
}

function openChild(parent: Folder, name: string, trust: Trust): Folder {
  const shownPath = entryPath(parent.shownPath, name);
  try {
    const flags = O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW;
    return checked(openSync(entryOf(parent, name), flags), shownPath, parent.exposure, trust);
  } catch (error) {
    throw explainStep(error, parent, name, shownPath);
  }
}

function explainStep(error: unknown, parent: Folder, name: string, shownPath: string): unknown {
  const errno = errnoOf(error);
  if (errno === "ENOENT") return existsSync("/proc/self/fd") ? missingFolder(shownPath, error) : noProc();
  if (errno !== "ENOTDIR" && errno !== "ELOOP") return explainFileError(error, shownPath);
  const what = `${shownPath} is ${isSymlink(parent, name) ? "a symlink" : "not a folder"}, and a folder was expected`;
  return new Refusal(
    "cannot-write",
    { what, fix: "Name the real folder: parbake follows no symlink." },
    { cause: error },
  );
}

function missingFolder(shownPath: string, cause: unknown): Refusal {
  const fix = `Declare it under \`folders:\`, or make it in the image: \`install -d -m 0755 ${shownPath}\`.`;
  const what = `the folder ${shownPath} does not exist`;
  return new Refusal("cannot-write", { what, fix }, { cause: new MissingFolder("missing folder", { cause }) });
}

/** A cause, because a Refusal that gets its place is another Refusal of the same cause. */
class MissingFolder extends Error {}

function noProc(): Refusal {
  return new Refusal("cannot-write", { what: "/proc is not mounted", fix: "Mount it: parbake needs /proc/self/fd." });
}

function isSymlink(parent: Folder, name: string): boolean {
  return lstatSync(entryOf(parent, name), { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

function checked(fd: number, shownPath: string, above: string | null, trust: Trust): Folder {
  try {
    const attributes = fstatSync(fd);
    refuseDanger(shownPath, trust.declared?.get(shownPath) ?? attributes, trust);
    const [danger] = listDangers(attributes, TRUST_NOBODY_ELSE);
    return { fd, shownPath, exposure: above ?? (danger === undefined ? null : `${shownPath} ${danger.what}`) };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** Whether openFolder refused because the folder is not there at all. */
export function isMissingFolder(error: unknown): boolean {
  return error instanceof Refusal && error.cause instanceof MissingFolder;
}

// The root is a wall: a path that climbs is no path of the machine, whoever wrote it.
export function componentsOf(path: string): string[] {
  const names = path.split("/").filter((name) => name !== "");
  if (!names.some((name) => name === "." || name === "..")) return names;
  const what = `the path ${JSON.stringify(path)} has a part that is '.' or '..'`;
  throw new Refusal("cannot-write", { what, fix: "Write the path that it means." });
}
