// The files and folders of a generation as a run reports them, and where the generation stays, the mending of owners and modes.

import { join } from "node:path";
import type { Change } from "../change/change.ts";
import {
  attributesAt,
  type Examined,
  type ExaminedFolder,
  type FoundAttributes,
  type SecretsPlace,
} from "./examine-generation.ts";
import { TRUST_NOBODY_ELSE } from "../../host/folder.ts";
import { mendingOf } from "../files/stage-file.ts";
import { unchanged, type StagedTarget } from "../files/staged.ts";
import type { Attributes } from "../../host/attributes.ts";
import { NOTHING_WRITTEN } from "../../host/files/written-file.ts";

/** @param generation the new one; null: the current one stays */
export function stagedFile(
  { target, name, place, difference, file }: Examined,
  { root, secretsFolder }: SecretsPlace,
  generation: string | null,
): StagedTarget {
  const isNew = generation !== null && (difference === "create" || difference === "update");
  const stagedPath = isNew ? join(root, secretsFolder, generation, name) : null;
  const change =
    difference === "attributes" ? mend(target, place, attributesAt({ root, secretsFolder }, place)!) : null;
  return { target, change: { path: target.path, stagedPath, difference, change, written: NOTHING_WRITTEN }, file };
}

export function stagedFolder({ target, place, current, difference }: ExaminedFolder): StagedTarget {
  const change = difference === "attributes" ? mend(target, place, current!) : null;
  return { target, change: { ...unchanged(target.path), difference, change }, file: null };
}

/** The new generation has the right attributes from the start. */
export function withoutChange({ change, ...staged }: StagedTarget): StagedTarget {
  return { ...staged, change: { ...change, change: null } };
}

function mend(target: Attributes, path: string, old: FoundAttributes): Change {
  return mendingOf({ ...target, path }, TRUST_NOBODY_ELSE, old, old.identity);
}
