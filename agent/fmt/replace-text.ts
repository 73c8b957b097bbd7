// Replaces a file that a person wrote by the same in another layout: in one rename, with its owner, mode and extended attributes, and
// only if it is still the file that was read.

import { realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { explainingErrors } from "../host/file-error.ts";
import { changedMeanwhile } from "../host/files/changed-meanwhile.ts";
import { AttributeKeeper } from "../host/files/extended-attributes.ts";
import { readCurrent } from "../host/files/read-current.ts";
import { swapIn } from "../host/files/swap-in.ts";
import { writeNew } from "../host/files/write-file.ts";
import { inEntry, inFolder, TRUST_NOBODY_ELSE } from "../host/folder.ts";
import { locateInRoot, pathInRoot } from "../host/resolve-in-root.ts";
import type { Problem } from "../refusal.ts";

export interface Replacement {
  /** As the caller sees it. */
  readonly file: string;
  readonly before: string;
  readonly after: string;
}

/** @returns what could not be kept of it */
export function replaceText(root: string, { file, before, after }: Replacement): readonly Problem[] {
  const real = explainingErrors(file, () => locate(root, file));
  const name = basename(real);
  const keeper = new AttributeKeeper();
  inFolder(dirname(real), "/", TRUST_NOBODY_ELSE, (folder) =>
    inEntry(folder, name, () => {
      const found = readCurrent(folder, name, Buffer.byteLength(before) + BOM_BYTES);
      if (found.kind !== "file" || found.bytes === null || !isText(found.bytes, before))
        throw changedMeanwhile(folder, name);
      const wanted = { path: real, bytes: Buffer.from(after), ...found.attributes };
      swapIn(folder, name, (newName) =>
        writeNew(folder, newName, wanted, (fd) => keeper.keep(folder, name, found, fd, wanted)),
      );
    }),
  );
  return keeper.warnings;
}

/** Of a byte order mark, which readers drop. */
const BOM_BYTES = 3;

function isText(bytes: Buffer, text: string): boolean {
  return bytes.toString("utf8").replace(/^\u{feff}/u, "") === text;
}

/** What a symlink leads to, within the root where the file is in there. */
function locate(root: string, file: string): string {
  const path = pathInRoot(root, file);
  return path === null ? realpathSync(file) : join(root, locateInRoot(root, path));
}
