// Reads the machine's own files for the archive: parbake's config, templates and records, and what the kernel tells of itself. Never
// follows a symlink out of the root or within a folder, and never reads in the folder of the secrets.

import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join as joinPath } from "node:path";
import { attempt } from "../host/attempt.ts";
import { errnoOf, explainErrno } from "../host/file-error.ts";
import { readPlain, type FileKind } from "../host/read-plain.ts";
import { locateInRoot } from "../host/resolve-in-root.ts";
import { isWithin } from "../names/plain-path.ts";
import { Refusal } from "../refusal.ts";
import { join, NOTHING, textEntry, type Collection } from "./collection.ts";

const FILE: FileKind = { name: "the file", mostBytes: 4 * 1024 * 1024, code: "data" };
const MOST_FILES = 500;
const DEEPEST = 8;

export interface Reading {
  readonly root: string;
  /** As the booted machine sees them: what is in them is not read. */
  readonly secretsFolders: readonly string[];
}

/** @param path absolute, as the booted machine sees it */
export function collectFile(path: string, name: string, { root, secretsFolders }: Reading): Collection {
  return collecting(path, () => {
    const within = locateInRoot(root, path);
    if (secretsFolders.some((folder) => isWithin(folder, within)))
      return { ...NOTHING, missing: [{ what: path, why: "it leads to the secrets" }] };
    const { bytes } = readPlain(joinPath(root, within), path, FILE);
    return { ...NOTHING, entries: [{ name, bytes, path: path.slice(1) }] };
  });
}

/** What the kernel writes when it is read: it has no size. @param path below /proc or /sys */
export function collectKernelFile(path: string): Collection {
  return collecting(path, () => {
    const bytes = readFileSync(path).subarray(0, FILE.mostBytes);
    return { ...NOTHING, entries: [{ name: `files${path}`, bytes, path: path.slice(1) }] };
  });
}

/** All plain files below a folder. */
export function collectTree(path: string, name: string, reading: Reading): Collection {
  const folder = attempt(path, () => locateInRoot(reading.root, path));
  const files = listTree(folder, "", reading.root, 0).slice(0, MOST_FILES + 1);
  const collected = files.slice(0, MOST_FILES).map(({ below, why }) => {
    const file = `${folder}/${below}`;
    return why === null
      ? collectFile(file, `${name}/${below}`, reading)
      : { ...NOTHING, missing: [{ what: file, why }] };
  });
  const more = { what: `more below ${folder}`, why: `${MOST_FILES} files of it are in the archive` };
  return join([...collected, ...(files.length > MOST_FILES ? [{ ...NOTHING, missing: [more] }] : [])]);
}

interface Listed {
  readonly below: string;
  /** Why it is not read; null: it is. */
  readonly why: string | null;
}

function listTree(folder: string, below: string, root: string, depth: number): Listed[] {
  const at = joinPath(root, folder, below);
  const names = attempt(null, () => readdirSync(at).toSorted());
  if (names === null) return [{ below: below || ".", why: "this user may not list it, or it does not exist" }];
  return names.flatMap((name) => {
    const inner = below === "" ? name : `${below}/${name}`;
    const stats = lstatSync(joinPath(at, name), { throwIfNoEntry: false });
    if (stats === undefined) return [];
    if (stats.isDirectory() && depth < DEEPEST) return listTree(folder, inner, root, depth + 1);
    if (stats.isFile()) return [{ below: inner, why: null }];
    return [
      { below: inner, why: stats.isSymbolicLink() ? "it is a symlink, which is not followed" : "it is no plain file" },
    ];
  });
}

/** Names, modes and sizes of what parbake keeps until a reboot; of the secrets only that there is a folder. */
export function collectListing(folder: string, { root }: Reading): Collection {
  return collecting(folder, () => {
    const lines = readdirSync(joinPath(root, folder)).flatMap((name) => {
      const at = joinPath(root, folder, name);
      const isOpened = name !== "secrets" && lstatSync(at).isDirectory();
      const inner = isOpened ? attempt([], () => readdirSync(at)) : [];
      return [describe(at, name), ...inner.map((each) => describe(joinPath(at, each), `${name}/${each}`))];
    });
    return textEntry(`files${folder}.txt`, `${lines.join("\n")}\n`);
  });
}

function describe(at: string, name: string): string {
  const stats = attempt(undefined, () => lstatSync(at, { throwIfNoEntry: false }));
  if (stats === undefined) return `? ${name}`;
  const kind = stats.isDirectory() ? "folder" : stats.isFile() ? "file" : stats.isFIFO() ? "fifo" : "link";
  const target = stats.isSymbolicLink() ? ` -> ${attempt("?", () => readlinkSync(at))}` : "";
  const mode = (stats.mode & 0o7777).toString(8).padStart(4, "0");
  return `${kind} ${mode} ${stats.uid}:${stats.gid} ${stats.size} ${stats.mtime.toISOString()} ${name}${target}`;
}

function collecting(what: string, collect: () => Collection): Collection {
  try {
    return collect();
  } catch (error) {
    return { ...NOTHING, missing: [{ what, why: explain(error) }] };
  }
}

function explain(error: unknown): string {
  if (error instanceof Refusal) return error.problems.map((problem) => problem.what).join("; ");
  const errno = errnoOf(error);
  if (errno === null) throw error;
  return errno === "ENOENT" ? "it does not exist" : explainErrno(errno).what;
}
