// rpm's SQLite database → the packages in it. Opens it as one that nobody writes, so that SQLite leaves nothing beside it.

import { statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { Refusal } from "../refusal.ts";
import type { Package } from "./package.ts";
import { parseRpmHeader } from "./rpm-header.ts";

/** Keys that were imported are kept as packages that hold no file. */
const NO_PACKAGE = "gpg-pubkey";

/** @param path rpmdb.sqlite, as this process sees it */
export function readRpmDatabase(path: string): Package[] {
  refuseUnfinished(path);
  const packages = readHeaders(path).map(parseRpmHeader);
  if (packages.includes(null)) throw damaged();
  return packages.filter((each) => each !== null && each.name !== NO_PACKAGE) as Package[];
}

function readHeaders(path: string): Uint8Array[] {
  const url = pathToFileURL(path);
  url.searchParams.set("immutable", "1");
  const database = new DatabaseSync(url, { readOnly: true });
  try {
    const rows = database.prepare("SELECT blob FROM Packages").all() as { readonly blob: Uint8Array }[];
    return rows.map(({ blob }) => blob);
  } catch (error) {
    throw error instanceof Error && "code" in error && error.code === "ERR_SQLITE_ERROR" ? damaged() : error;
  } finally {
    database.close();
  }
}

/** What a writer has not yet put into the file itself would be missed. */
function refuseUnfinished(path: string): void {
  if ((statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) === 0) return;
  const what = "rpm's database is open for writing, or was left so";
  throw new Refusal("data", { what, fix: "Let dnf or rpm finish; `rpm -q rpm` puts a left one in order." });
}

function damaged(): Refusal {
  const what = "rpm's database is damaged";
  return new Refusal("data", { what, fix: "Rebuild it: rpm --rebuilddb" });
}
