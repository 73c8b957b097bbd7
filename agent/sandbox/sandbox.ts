// What the units of a run have to be let do, as a config and the record of earlier runs say: where they write, and whether they start
// programs. Looks at which folders there are; never writes.

import { lstatSync } from "node:fs";
import { dirname, join } from "node:path";
import { readManaged } from "../apply/state/managed.ts";
import { RUN_FOLDER } from "../apply/state/own-folders.ts";
import type { Config } from "../config/config.ts";
import { UNITS_FOLDER } from "../config/hand-off-path.ts";
import { errnoOf } from "../host/file-error.ts";
import { locateInRoot } from "../host/resolve-in-root.ts";
import { isBelow, isWithin } from "../names/plain-path.ts";

export interface Sandbox {
  /** Folders that are there, or will be when a run begins, none below another; but beside `/` those that it does not open. */
  readonly writable: readonly string[];
  /** Validators or health checks of the config's. */
  readonly startsPrograms: boolean;
}

/** Where programs that check a file of theirs open logs, locks, caches and pid files. */
const OF_PROGRAMS = ["/run", "/var/cache", "/var/lib", "/var/log"];

export function findSandbox(config: Config, root: string): Sandbox {
  const startsPrograms = config.files.some(({ validate, healthCheck }) => validate !== null || healthCheck !== null);
  const wanted = [
    ...listOwn(config),
    ...listDeclared(config),
    ...listWritten(root),
    ...(startsPrograms ? OF_PROGRAMS : []),
  ];
  const folders = new Set(wanted.map((path) => findStanding(root, path)));
  const isWithinAnother = (path: string): boolean =>
    [...folders].some((other) => other !== path && isBelow(other, path) && !(other === "/" && isReadOnly(path)));
  const writable = [...folders].filter((path) => !isWithinAnother(path));
  return { writable: writable.toSorted(), startsPrograms };
}

/** What run.conf's ProtectSystem= closes even where all else is open. */
function isReadOnly(path: string): boolean {
  return ["/usr", "/boot", "/efi"].some((folder) => isWithin(folder, path));
}

/**
 * Whose units find secrets as credentials: by a drop-in each, and a folder of links that a boot begins without. Whose units are
 * limited: by a drop-in each.
 */
function listOwn({ apps, secrets, secretsFolder }: Config): string[] {
  const handsOver = secrets.some(({ keys }) => keys.some(({ credential }) => credential !== undefined));
  const enforces = apps.some(({ enforce }) => enforce !== undefined);
  return [RUN_FOLDER, secretsFolder, ...(handsOver ? [UNITS_FOLDER, "/run"] : []), ...(enforces ? [UNITS_FOLDER] : [])];
}

function listDeclared({ files, folders, metrics }: Config): string[] {
  return [
    ...files.map(({ path }) => dirname(path)),
    ...folders.map(({ path }) => path),
    ...(metrics === null ? [] : [dirname(metrics)]),
  ];
}

/** A run takes away what its config no longer has. */
function listWritten(root: string): string[] {
  return [...readManaged(root).files.keys()].map((path) => dirname(path));
}

/** The innermost folder on the way that a boot finds there, and that a unit's file can name without quotes. */
function findStanding(root: string, path: string): string {
  const place = locateInRoot(root, path);
  if (isWithin(RUN_FOLDER, place)) return RUN_FOLDER;
  // Of the rest of /run nothing outlives a boot.
  if (isWithin("/run", place)) return "/run";
  let folder = place;
  while (folder !== "/" && !(PLAIN.test(folder) && isFolderThere(join(root, folder)))) folder = dirname(folder);
  return folder;
}

const PLAIN = /^[\w/.,:+=@-]+$/;

function isFolderThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  } catch (error) {
    // Who may not look takes its word for it.
    if (errnoOf(error) === null) throw error;
    return true;
  }
}
