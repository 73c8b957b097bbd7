// Why a file that a person wrote can't be read: one Refusal for each error of the system, with what it is for and where.

import { readlinkSync } from "node:fs";
import { errnoOf, explainErrno } from "../file-error.ts";
import { Refusal, type Problem, type RefusalCode } from "../../refusal.ts";
import { notPlain, type FileKind } from "../read-plain.ts";

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

/** A Refusal with the place, or the error itself where it is none of the file's. */
export function explainRead(error: unknown, file: string, kind: InputKind): unknown {
  const at = { file };
  if (error instanceof TypeError && "code" in error && error.code === "ERR_ENCODING_INVALID_ENCODED_DATA") {
    const what = `${kind.name} is not UTF-8`;
    return new Refusal(kind.code, { what, fix: "Save it as UTF-8.", at });
  }
  const errno = errnoOf(error);
  if (errno === null) return error;
  if (errno === "ENOENT" && linkTextOf(file) !== null) return dangling(linkTextOf(file)!, file, kind);
  if (errno === "ENOENT" || errno === "ENOTDIR") return absent(kind.absent, file);
  if (errno === "ENXIO") return notPlain(file, kind, "a FIFO, a socket or a device");
  if (errno === "EACCES")
    return new Refusal("permission", {
      what: `${kind.name} may not be read`,
      fix: "Run as root, or mend its mode.",
      at,
    });
  const { code, what, fix } = explainErrno(errno);
  return new Refusal(code === "unavailable" ? code : kind.code, { what: `${kind.name} ${what}`, fix, at });
}

function dangling(text: string, file: string, { name, absent: { code } }: InputKind): Refusal {
  const what = `${name} is a dangling symlink: there is no ${text}`;
  return new Refusal(code, { what, fix: "Write that file, or point the symlink at another.", at: { file } });
}

/** Null: no symlink. */
function linkTextOf(file: string): string | null {
  try {
    return readlinkSync(file);
  } catch {
    return null;
  }
}

function absent({ code, what, fix }: InputKind["absent"], file: string): Refusal {
  return new Refusal(code, { what, fix, at: { file } });
}
