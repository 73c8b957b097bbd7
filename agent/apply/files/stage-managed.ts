// Gets a managed file's change ready by what is there and what the record says of it. Never touches the file itself.

import { basename, dirname } from "node:path";
import type { OnDrift } from "../../config/config.ts";
import type { AttributeKeeper } from "../../host/files/extended-attributes.ts";
import { readCurrent, type Current, type Wanted } from "../../host/files/read-current.ts";
import { inEntry, inFolder, type Folder, type Trust } from "../../host/folder.ts";
import { Refusal } from "../../refusal.ts";
import type { Managed } from "../state/managed.ts";
import { compareWithRecord, findDriftProblem, isKept, limitOf, type Contact } from "../targets/contact.ts";
import { stageFile } from "./stage-file.ts";
import { unchanged, type StagedChange } from "./staged.ts";

interface ManagedWish {
  readonly wanted: Wanted;
  readonly trust: Trust;
  /** What the record says; undefined: nothing. */
  readonly entry: Managed | undefined;
  readonly onDrift: OnDrift;
}

interface StagedManaged {
  readonly change: StagedChange;
  readonly contact: Contact;
  /** Whether the file has, or will have, no extended attribute but what its folder gives to every new file. False: unknown. */
  readonly isPlain: boolean;
}

export function stageManaged(root: string, wish: ManagedWish, keeper: AttributeKeeper): StagedManaged {
  const { path } = wish.wanted;
  return inFolder(root, dirname(path), wish.trust, (folder) =>
    inEntry(folder, basename(path), () => stageIn(folder, wish, keeper)),
  );
}

function stageIn(
  folder: Folder,
  { wanted, trust, entry, onDrift }: ManagedWish,
  keeper: AttributeKeeper,
): StagedManaged {
  const { path, bytes } = wanted;
  const name = basename(path);
  const current = readCurrent(folder, name, limitOf(entry, bytes));
  const contact = compareWithRecord(current, entry, bytes);
  const problem = findDriftProblem(path, contact, onDrift);
  if (problem !== null) throw new Refusal("cannot-write", problem);
  const isPlain = current.kind === "absent" || isKnownPlain(current, entry);
  if (isKept(contact, onDrift)) return { contact, isPlain, change: { ...unchanged(path), difference: "kept" } };
  // A process for each file costs milliseconds: not where nobody can have set an attribute since parbake wrote the file.
  const dress = isPlain ? null : (fd: number) => keeper.keep(folder, name, current, fd, wanted);
  return { contact, isPlain, change: stageFile(folder, wanted, trust, current, dress) };
}

// Whoever sets an attribute, an owner or a mode moves the time of change.
function isKnownPlain(current: Exclude<Current, { kind: "absent" }>, entry: Managed | undefined): boolean {
  return entry?.kind === "file" && entry.plainSinceNs === current.changedNs.toString();
}
