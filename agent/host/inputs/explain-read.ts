// Why a file that a person wrote can't be read: one Refusal for each error of the system, with what it is for and where.

import { readlinkSync } from "node:fs";
import { Refusal, type Problem, type RefusalCode } from "../../refusal.ts";
import { errnoOf, explainErrno } from "../file-error.ts";
import { describeNotPlain, type FileKind } from "../read-plain.ts";

/** A file that a person wrote. */
export interface InputKind extends FileKind {
  readonly absent: Pick<Problem, "what" | "fix"> & { readonly code: RefusalCode };
}

export function noFolder(path: string, { name, code }: InputKind): Refusal {
  const what = `a folder was expected, for ${name}`;
  return new Refusal(code, { what, fix: "Make it a folder, or remove it.", at: { file: path } });
}

export function tooMany(folder: string, mostFiles: number, { name, code }: InputKind): Refusal {
  const what = `the folder of ${name} has more than ${mostFiles} files`;
  return new Refusal(code, { what, fix: "Name the right folder.", at: { file: folder } });
}

export function notUtf8(file: string, { name, code }: InputKind): Refusal {
  return new Refusal(code, { what: `${name} is not UTF-8`, fix: "Save it as UTF-8.", at: { file } });
}

/** A Refusal with the place; any error that is not the system's comes back as it is. */
export function explainRead(error: unknown, file: string, kind: InputKind): unknown {
  const errno = errnoOf(error);
  if (errno === null) return error;
  const { code, what, fix } = explainErrnoOf(errno, file, kind);
  return new Refusal(code, { what, fix, at: { file } }, { cause: error });
}

type Explained = Omit<Problem, "at"> & { readonly code: RefusalCode };

function explainErrnoOf(errno: string, file: string, { name, code, absent }: InputKind): Explained {
  switch (errno) {
    case "ENOENT": {
      const text = linkTextOf(file);
      return text === null ? absent : dangling(text, name, absent.code);
    }
    case "ENOTDIR":
      return { ...absent, what: `${absent.what}: a part of its path is not a folder` };
    case "ENXIO":
      return { code, ...describeNotPlain(name, "a FIFO, a socket or a device") };
    case "EACCES":
      return {
        code: "permission",
        what: `${name} may not be read: permission denied`,
        fix: "Run parbake as root, or let its user read the file and enter the folders on the way to it.",
      };
  }
  const meaning = explainErrno(errno);
  const isShortage = meaning.code === "system";
  return { code: isShortage ? meaning.code : code, what: `${name} ${meaning.what}`, fix: meaning.fix };
}

function dangling(text: string, name: string, code: RefusalCode): Explained {
  const what = `${name} is a dangling symlink: there is no ${text}`;
  return { code, what, fix: "Write that file, or point the symlink at another." };
}

/** Null: no symlink. */
function linkTextOf(file: string): string | null {
  try {
    return readlinkSync(file);
  } catch (error) {
    if (errnoOf(error) === null) throw error;
    return null;
  }
}
