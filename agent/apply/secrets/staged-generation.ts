// The files and folders of a generation as a run reports them, and where the generation stays, the changes that fix owners and
// modes in place.

import { join } from "node:path";
import type { Attributes } from "../../host/attributes.ts";
import { NOTHING_WRITTEN } from "../../host/files/written-file.ts";
import { TRUST_NOBODY_ELSE } from "../../host/folder.ts";
import type { Change } from "../change/change.ts";
import { attributesChange } from "../files/stage-file.ts";
import { unchanged, type StagedTarget } from "../files/staged.ts";
import type { ExaminedAttributes, ExaminedFile, ExaminedFolder } from "./examine-generation.ts";
import type { SecretsPlace } from "./secrets-place.ts";

/** @param generation the new one; null: the current one stays */
export function stagedFile(examined: ExaminedFile, place: SecretsPlace, generation: string | null): StagedTarget {
  const { target, name, difference, file } = examined;
  const isNew = generation !== null && (difference === "create" || difference === "update");
  const stagedPath = isNew ? join(place.root, place.secretsFolder, generation, name) : null;
  const change = difference === "attributes" ? fixAttributes(examined, place) : null;
  return { target, change: { path: target.path, stagedPath, difference, change, written: NOTHING_WRITTEN }, file };
}

export function stagedFolder(examined: ExaminedFolder, place: SecretsPlace): StagedTarget {
  const { target, difference } = examined;
  const change = difference === "attributes" ? fixAttributes(examined, place) : null;
  return { target, change: { ...unchanged(target.path), difference, change }, file: null };
}

/** The new generation has the right attributes from the start. */
export function withoutChange({ change, ...staged }: StagedTarget): StagedTarget {
  return { ...staged, change: { ...change, change: null } };
}

interface WrongAttributes {
  readonly target: Attributes;
  readonly place: string;
  readonly current: ExaminedAttributes | null;
}

function fixAttributes({ target, place, current }: WrongAttributes, { secretsFolder }: SecretsPlace): Change | null {
  if (current === null) return null;
  const wanted = { ...target, path: join(secretsFolder, place) };
  return attributesChange(wanted, TRUST_NOBODY_ELSE, current.attributes, current.identity);
}
