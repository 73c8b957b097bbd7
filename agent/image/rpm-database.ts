// rpm's SQLite database → the headers and the packages in it. Opens it as one that nobody writes, so that SQLite leaves nothing beside
// it.

import { statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { attempt } from "../host/attempt.ts";
import { resolveInRoot } from "../host/resolve-in-root.ts";
import { Refusal } from "../refusal.ts";
import type { Package } from "./package.ts";
import { listFiles, parseRpmHeader, readPackage, type RpmHeader } from "./rpm-header.ts";

// rpm 4.16 and later; the second is where Fedora has it, and AL2023's successors may.
const DATABASES = ["/var/lib/rpm/rpmdb.sqlite", "/usr/lib/sysimage/rpm/rpmdb.sqlite"];

/** Keys that were imported are kept as packages that hold no file. */
const NO_PACKAGE = "gpg-pubkey";

/** As this process sees it. Null: the image has none. */
export function findRpmDatabase(root: string): string | null {
  const places = DATABASES.flatMap((path) => attempt([], () => [resolveInRoot(root, path)]));
  return places.find((path) => attempt(false, () => statSync(path).isFile())) ?? null;
}

/** @throws Refusal where it is damaged, or what a writer has not yet put into it would be missed */
export function readRpmDatabase(path: string): Package[] {
  refuseUnfinished(path);
  const packages = Array.from(readRpmHeaders(path), (header) => header && readPackage(header));
  if (packages.includes(null)) throw damaged();
  return packages.filter((each) => each !== null && each.name !== NO_PACKAGE) as Package[];
}

/** The paths that the packages of that name brought. @throws Refusal likewise */
export function readRpmFiles(path: string, name: string): string[] {
  refuseUnfinished(path);
  const files: string[] = [];
  for (const header of readRpmHeaders(path)) {
    if (header === null) throw damaged();
    if (readPackage(header)?.name === name) files.push(...listFiles(header));
  }
  return files;
}

/** One by one: together they may be a hundred megabytes. Null: what stands in a header's place. @throws Refusal where it is damaged */
export function* readRpmHeaders(path: string): Generator<RpmHeader | null> {
  const url = pathToFileURL(path);
  url.searchParams.set("immutable", "1");
  const database = new DatabaseSync(url, { readOnly: true });
  try {
    for (const { blob } of database.prepare("SELECT blob FROM Packages").iterate())
      yield blob instanceof Uint8Array ? parseRpmHeader(blob) : null;
  } catch (error) {
    throw error instanceof Error && "code" in error && error.code === "ERR_SQLITE_ERROR" ? damaged() : error;
  } finally {
    database.close();
  }
}

function refuseUnfinished(path: string): void {
  if ((statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) === 0) return;
  const what = "rpm's database is open for writing, or was left so";
  throw new Refusal("data", { what, fix: "Let dnf or rpm finish; `rpm -q rpm` puts a left one in order." });
}

function damaged(): Refusal {
  const what = "rpm's database is damaged";
  return new Refusal("data", { what, fix: "Rebuild it: rpm --rebuilddb" });
}
