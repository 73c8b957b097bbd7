// What parbake says where something is no longer what it has looked at.

import { join } from "node:path";
import type { Folder } from "../folder.ts";
import { Refusal } from "../../refusal.ts";

export function exchanged({ shownPath, exposure }: Folder, name: string): Refusal {
  const who = exposure === null ? "the program that did it" : `who may write there: ${exposure}`;
  return new Refusal("cannot-write", {
    what: `${join(shownPath, name)} is no longer what it was when parbake looked at it`,
    fix: `Run parbake again; if it comes back, look at ${who}.`,
  });
}
