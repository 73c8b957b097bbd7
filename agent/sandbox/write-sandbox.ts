// Writes into an image by which drop-ins systemd keeps a run to what its config needs.

import { basename, dirname } from "node:path";
import { writeWhole } from "../apply/state/write-whole.ts";
import type { Config } from "../config/config.ts";
import { removeIfThere } from "../host/files/remove-file.ts";
import { entryOf, inEntry, inFolder, TRUST_NOBODY_ELSE } from "../host/folder.ts";
import { makeFolders } from "../host/make-folders.ts";
import { locateInRoot } from "../host/resolve-in-root.ts";
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
  const wrote = wanted.map(({ path }) => {
    makeFolders(root, "/", dirname(path), 0o755);
    writeWhole(root, path, text, TRUST_NOBODY_ELSE);
    return { did: "wrote" as const, path, why: "so that a run may write where its config has files, and nowhere else" };
  });
  return [...wrote, ...SANDBOXES.flatMap(({ path, former }) => removeFormer(root, path, former))];
}

/** What systemd would read after an operator's drop-in, and narrow a run to an earlier config. */
function removeFormer(root: string, path: string, former: string): Action[] {
  const [there, old] = [readImageText(root, path), readImageText(root, former)];
  if (there === null || old === null || !isOwnSandbox(old)) return [];
  inFolder(root, locateInRoot(root, dirname(former)), TRUST_NOBODY_ELSE, (folder) =>
    inEntry(folder, basename(former), () => removeIfThere(entryOf(folder, basename(former)))),
  );
  return [{ did: "removed", path: former, why: "an earlier version's, which has another name by now" }];
}
