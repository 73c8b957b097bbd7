// A drop-in of another unit, as the image has it, where parbake's own belongs. Never writes.

import { join } from "node:path";
import { errnoOf, explainFileError } from "../host/file-error.ts";
import { readPlain, type FileKind } from "../host/read-plain.ts";
import { quote } from "../host/trust.ts";
import { Refusal, type Problem } from "../refusal.ts";
import { fileAt } from "./places.ts";

const DROP_IN_FILE: FileKind = { name: "the drop-in", mostBytes: 1024 * 1024, code: "config" };

/** Null: no plain file of a size that parbake would write. */
export function readDropIn(root: string, path: string): string | null {
  const file = fileAt(root, path);
  try {
    return readPlain(file, file, DROP_IN_FILE).bytes.toString("utf8");
  } catch (error) {
    const errno = errnoOf(error);
    if (error instanceof Refusal || errno === "ELOOP" || errno === "ENXIO" || errno === "ENOENT") return null;
    throw explainFileError(error, file);
  }
}

// Without its lines the unit would lose what a person gave it; with them, once parbake is gone, it would wait for a unit that is not
// there.
export function describeOthersLines(root: string, path: string): Problem {
  const file = join(root, path);
  return {
    what: `${file} has lines beside parbake's own`,
    fix: `Move them into a drop-in of another name, then remove this one: rm ${quote(file)}`,
  };
}
