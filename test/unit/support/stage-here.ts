// Stages one file as a run does that knows nothing of it: neither a record nor attributes to keep.

import { basename, dirname } from "node:path";
import { stageFile } from "../../../agent/apply/files/stage-file.ts";
import type { StagedChange } from "../../../agent/apply/files/staged.ts";
import { readCurrent, type Wanted } from "../../../agent/host/files/read-current.ts";
import { inEntry, inFolder, type Trust } from "../../../agent/host/folder.ts";

export function stageHere(root: string, wanted: Wanted, trust: Trust): StagedChange {
  const name = basename(wanted.path);
  return inFolder(root, dirname(wanted.path), trust, (folder) =>
    inEntry(folder, name, () => stageFile(folder, wanted, trust, readCurrent(folder, name, wanted.bytes.length), null)),
  );
}
