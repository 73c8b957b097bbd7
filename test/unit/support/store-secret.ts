// A file of the secrets folder as an earlier run would have left it: in a generation, behind its links.

import { lstatSync, symlinkSync } from "node:fs";
import { DATA, linkTextOf, topNameOf } from "../../../agent/apply/change/generation-layout.ts";
import { SECRETS_FOLDER, type Scratch } from "./scratch.ts";

const GENERATION = "..gen-1";

/** @param name below the secrets folder: `db/password` */
export function storeSecret({ path, write }: Scratch, name: string, text: string, mode = 0o400): void {
  write(`${SECRETS_FOLDER}/${GENERATION}/${name}`, text, mode);
  const top = topNameOf(name);
  linkIfMissing(GENERATION, path(`${SECRETS_FOLDER}/${DATA}`));
  linkIfMissing(linkTextOf(top), path(`${SECRETS_FOLDER}/${top}`));
}

function linkIfMissing(target: string, path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) symlinkSync(target, path);
}
