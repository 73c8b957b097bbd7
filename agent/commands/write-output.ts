// Writes the file that an option names, whole or not at all: whoever reads it sees the old one or the new one. Never through a
// symlink: in a folder like /tmp it may be another user's, and lead to any file of root's.

import { lstatSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { errnoOf, explainErrno } from "../host/file-error.ts";
import { cleaningUp } from "../host/files/cleaning-up.ts";
import { temporaryName } from "../host/files/temporary.ts";
import type { Problem } from "../refusal.ts";

/** Null: it is written. @param option `--junit` @param mode less what the umask takes */
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
  const temporary = join(dirname(file), temporaryName(basename(file)));
  cleaningUp(
    () => {
      writeFileSync(temporary, content, { flag: "wx", mode });
      renameSync(temporary, file);
    },
    () => rmSync(temporary, { force: true }),
  );
  return null;
}
