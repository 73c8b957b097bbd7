// Writes into an image by which drop-ins systemd keeps a run to what its config needs.

import { dirname } from "node:path";
import { writeWhole } from "../apply/state/write-whole.ts";
import type { Config } from "../config/config.ts";
import { TRUST_NOBODY_ELSE } from "../host/folder.ts";
import { makeFolders } from "../host/make-folders.ts";
import { readImageText } from "../image/read-image-text.ts";
import { isUnitInImage } from "../image/units.ts";
import type { Action } from "../seal/finding.ts";
import { formatSandbox, isOwnSandbox, SANDBOXES } from "./drop-in.ts";
import { findSandbox } from "./sandbox.ts";

/** @returns what was not there as it should be */
export function writeSandboxes(config: Config, root: string): Action[] {
  const text = formatSandbox(findSandbox(config, root));
  const wanted = SANDBOXES.filter(({ unit, path }) => {
    const there = readImageText(root, path);
    return isUnitInImage(unit, root) && there !== text && (there === null || isOwnSandbox(there));
  });
  return wanted.map(({ path }) => {
    makeFolders(root, "/", dirname(path), 0o755);
    writeWhole(root, path, text, TRUST_NOBODY_ELSE);
    return { did: "wrote" as const, path, why: "so that a run may write where its config has files, and nowhere else" };
  });
}
