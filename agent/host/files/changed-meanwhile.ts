// The Refusal of what has changed since parbake inspected it.

import { join } from "node:path";
import { Refusal } from "../../refusal.ts";
import type { Folder } from "../folder.ts";

export function changedMeanwhile({ shownPath, exposure }: Folder, name: string): Refusal {
  const who = exposure === null ? "which program changes it" : `who changes it: ${exposure}`;
  return new Refusal("cannot-write", {
    what: `${join(shownPath, name)} changed after parbake inspected it`,
    fix: `Run parbake again; if it comes back, find out ${who}.`,
  });
}
