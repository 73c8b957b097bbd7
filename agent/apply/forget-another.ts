// On a copy of another instance: empties the secrets folder of what came along in memory, as by a snapshot of a running machine.
// Nothing of it may be taken for this one's, which may not be allowed to read it. Of the files nothing is forgotten: they were
// copied with their record, which is as true of the copy.

import { readdirSync, rmSync } from "node:fs";
import { entryOf, inEntry, inFolderIfThere, TRUST_NOBODY_ELSE } from "../host/folder.ts";
import type { Plan } from "../plan/plan.ts";
import type { RunRecord } from "../report/run-record.ts";
import { writeLastMachine } from "./state/last-machine.ts";

/**
 * With the lock held, before secrets are looked at. A run that is killed on the way does it again.
 * @throws Refusal where the folder cannot be emptied
 */
export function forgetAnother(
  { secretsFolder }: Pick<Plan, "secretsFolder">,
  { root, record: { machine } }: { readonly root: string; readonly record: Pick<RunRecord, "machine"> },
): void {
  if (machine?.change !== "another") return;
  empty(root, secretsFolder);
  writeLastMachine(root, machine);
}

function empty(root: string, path: string): void {
  inFolderIfThere(root, path, TRUST_NOBODY_ELSE, (folder) =>
    inEntry(folder, ".", () => {
      for (const name of readdirSync(entryOf(folder, "."))) rmSync(entryOf(folder, name), { recursive: true });
    }),
  );
}
