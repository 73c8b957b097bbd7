// Which files of the image a package manager answers for: parbake removes and replaces none of them. Reads the records of dpkg and
// rpm itself; of a database in an older form of rpm's it asks the rpm of this machine. Runs no program of the image.

import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Deadline } from "../deadline.ts";
import { errnoOf, explainFileError } from "../host/file-error.ts";
import { readPlain, type FileKind } from "../host/read-plain.ts";
import { locateInRoot, resolveInRoot } from "../host/resolve-in-root.ts";
import { describeCommandFailure, type RunCommand } from "../host/run-command.ts";
import { findRpmDatabase, readRpmFiles } from "../image/rpm-database.ts";
import { Refusal, type Problem } from "../refusal.ts";

const DPKG_LIST = "/var/lib/dpkg/info/parbake.list";
/** The forms that rpm had before SQLite: ndb and Berkeley. */
const OLD_FOLDERS = ["/usr/lib/sysimage/rpm", "/var/lib/rpm"];
const OLD_DATABASES = ["Packages.db", "Packages"];

const LIST: FileKind = { name: "dpkg's list of parbake's files", mostBytes: 1024 * 1024, code: "data" };

export interface PackageFiles {
  readonly files: ReadonlySet<string>;
  /** Why there may be others; null: these are all. */
  readonly doubt: Problem | null;
}

export async function listPackageFiles(root: string, run: RunCommand, deadline: Deadline): Promise<PackageFiles> {
  const database = findRpmDatabase(root);
  const { files, doubt } = database === null ? await askRpm(root, run, deadline) : readRpm(database);
  return { files: new Set([...readDpkg(root), ...files].map(merged)), doubt };
}

/** As the merged /usr has it: older packages name /lib/systemd. */
function merged(path: string): string {
  return path.replace(/^\/(?=(?:bin|lib|sbin)\/)/, "/usr/");
}

function readDpkg(root: string): string[] {
  const file = join(root, locateInRoot(root, DPKG_LIST));
  try {
    return readPlain(file, file, LIST).bytes.toString("utf8").split("\n");
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR") return [];
    throw explainFileError(error, file);
  }
}

interface RpmAnswer {
  readonly files: readonly string[];
  readonly doubt: Problem | null;
}

function readRpm(database: string): RpmAnswer {
  try {
    return { files: readRpmFiles(database, "parbake"), doubt: null };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { files: [], doubt: error.problems[0] ?? null };
  }
}

async function askRpm(root: string, run: RunCommand, deadline: Deadline): Promise<RpmAnswer> {
  const folder = OLD_FOLDERS.find((each) =>
    OLD_DATABASES.some((name) => existsSync(resolveInRoot(root, `${each}/${name}`))),
  );
  if (folder === undefined) return { files: [], doubt: null };
  const argv = ["rpm", "--root", resolve(root), "--dbpath", folder, "-ql", "parbake"];
  const timeoutMs = deadline.remainingMs();
  const result = await run(argv, timeoutMs, deadline.signal);
  if (result.kind === "exited" && (result.status === 0 || result.output.includes("is not installed")))
    return { files: result.output.split("\n").filter((line) => line.startsWith("/")), doubt: null };
  const why = `\`${argv.join(" ")}\`: ${describeCommandFailure(result, timeoutMs)}`;
  return {
    files: [],
    doubt: {
      what: `whether parbake is a package of ${root} cannot be told, for it has rpm's old database: ${why}`,
      fix: "Install rpm on this machine, or run parbake within the image: chroot.",
    },
  };
}
