// Writes the file that an option names, whole or not at all: whoever reads it sees the old one or the new one. Never through a
// symlink: in a folder like /tmp it may be another user's, and lead to any file of root's.

import { chmodSync, lstatSync, renameSync, rmSync, writeFileSync, type Stats } from "node:fs";
import { basename, dirname, join } from "node:path";
import { errnoOf, explainErrno } from "../host/file-error.ts";
import { cleaningUp } from "../host/files/cleaning-up.ts";
import { temporaryName } from "../host/files/temporary.ts";
import type { Problem } from "../refusal.ts";

/** Null: it is written. @param option `--junit` @param mode of a new file, less what the umask takes; of one that is there, at most */
export function writeOutput(option: string, file: string, content: string | Buffer, mode = 0o666): Problem | null {
  try {
    return replace(option, file, content, mode);
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === null) throw error;
    if (errno === "ENOENT") return { what: `${option}: the folder of ${file} does not exist`, fix: "Make it first." };
    const { what, fix } = explainErrno(errno);
    return { what: `${option}: ${file} ${what}`, fix };
  }
}

function replace(option: string, file: string, content: string | Buffer, mode: number): Problem | null {
  const found = lstatSync(file, { throwIfNoEntry: false });
  if (found?.isSymbolicLink())
    return { what: `${option}: ${file} is a symlink`, fix: "Name the file that it leads to." };
  if (found !== undefined && !found.isFile())
    return { what: `${option}: ${file} is there and no plain file`, fix: "Name a file." };
  const kept = found === undefined ? mode : found.mode & mode;
  const temporary = join(dirname(file), temporaryName(basename(file)));
  cleaningUp(
    () => {
      writeFileSync(temporary, content, { flag: "wx", mode: kept });
      // What the umask took. A file of another user's, who may have made it to read along, gives nothing.
      if (found !== undefined && isOwn(found)) chmodSync(temporary, kept);
      renameSync(temporary, file);
    },
    () => rmSync(temporary, { force: true }),
  );
  return null;
}

function isOwn({ uid }: Stats): boolean {
  return uid === process.geteuid!();
}
