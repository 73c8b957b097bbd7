// The packages that an image has, by the records of dpkg or rpm. Runs no program, so it can tell those of any mounted image. Never
// writes.

import { existsSync } from "node:fs";
import { errnoOf } from "../host/file-error.ts";
import { readPlain, type FileKind } from "../host/read-plain.ts";
import { resolveInRoot } from "../host/resolve-in-root.ts";
import { Refusal } from "../refusal.ts";
import type { Package } from "./package.ts";
import { parseDpkgStatus } from "./parse-dpkg-status.ts";
import { listImageFolder } from "./read-image-text.ts";
import { findRpmDatabase, readRpmDatabase } from "./rpm-database.ts";

export type Packages =
  /** By name, then by architecture. */
  | { readonly kind: "deb" | "rpm"; readonly list: readonly Package[] }
  /** No package manager that parbake knows has a record here. */
  | { readonly kind: "none" }
  /** `why` is the end of a sentence. */
  | { readonly kind: "unreadable"; readonly why: string };

const DPKG_STATUS = "/var/lib/dpkg/status";
/** Images made without dpkg, such as the distroless ones, have a file for each package here. */
const DPKG_FOLDER = "/var/lib/dpkg/status.d";

/** What rpm wrote before it had SQLite, as on Amazon Linux 2. */
const BERKELEY_DATABASE = "/var/lib/rpm/Packages";

export function listPackages(root: string): Packages {
  try {
    // A Debian may have rpm's empty database, beside alien's.
    const debs = readDpkg(root);
    if (debs.length > 0) return { kind: "deb", list: debs.toSorted(byName) };
    const database = findRpmDatabase(root);
    if (database !== null) return { kind: "rpm", list: readRpmDatabase(database).toSorted(byName) };
  } catch (error) {
    return { kind: "unreadable", why: explain(error) };
  }
  return existsSync(resolveInRoot(root, BERKELEY_DATABASE))
    ? { kind: "unreadable", why: `${BERKELEY_DATABASE} is a Berkeley database, which parbake does not read` }
    : { kind: "none" };
}

const STATUS: FileKind = {
  name: "dpkg's status",
  // A desktop with five thousand packages has 10 MiB.
  mostBytes: 64 * 1024 * 1024,
  code: "data",
};

function readDpkg(root: string): Package[] {
  const single = listImageFolder(root, DPKG_FOLDER).filter((name) => !name.endsWith(".md5sums"));
  const files = [DPKG_STATUS, ...single.map((name) => `${DPKG_FOLDER}/${name}`)];
  return files
    .filter((path) => existsSync(resolveInRoot(root, path)))
    .flatMap((path) => parseDpkgStatus(readPlain(resolveInRoot(root, path), path, STATUS).bytes.toString("utf8")));
}

function explain(error: unknown): string {
  if (error instanceof Refusal) return error.problems.map(({ what }) => what).join("; ");
  const code = errnoOf(error);
  if (code === null) throw error;
  return `its record of packages can't be read (${code})`;
}

function byName(a: Package, b: Package): number {
  const [left, right] = [`${a.name} ${a.arch} ${a.version}`, `${b.name} ${b.arch} ${b.version}`];
  return left < right ? -1 : left > right ? 1 : 0;
}
