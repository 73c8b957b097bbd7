// The files of the current generation, wherever the secrets folder lies. Never writes.

import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { explainFileError } from "../../host/file-error.ts";
import { entryOf, inFolder, isMissingFolder, TRUST_NOBODY_ELSE, type Folder } from "../../host/folder.ts";
import { readGeneration, VERSIONS } from "../change/generation-layout.ts";

/** The secrets folder of a root. */
export interface SecretsPlace {
  readonly root: string;
  /** Absolute, as the booted machine sees it. */
  readonly secretsFolder: string;
}

/** @param work gets null where there is no generation */
export function inGeneration<T>({ root, secretsFolder }: SecretsPlace, work: (generation: Folder | null) => T): T {
  const generation = ifThere(() => inFolder(root, secretsFolder, TRUST_NOBODY_ELSE, readGeneration));
  if (generation === null) return work(null);
  return inFolder(root, join(secretsFolder, generation), TRUST_NOBODY_ELSE, work);
}

/** Every file of the current generation but its record: `db/password`. */
export function listGenerationFiles(place: SecretsPlace): string[] {
  return inGeneration(place, (generation) => (generation === null ? [] : listFiles(generation)));
}

/** How much memory the files of the current generation take. */
export function measureGeneration(place: SecretsPlace): number {
  return inGeneration(place, (generation) =>
    generation === null
      ? 0
      : listFiles(generation).reduce((sum, name) => sum + lstatSync(entryOf(generation, name)).size, 0),
  );
}

function listFiles(generation: Folder): string[] {
  return listBelow(generation, ".").filter((name) => name !== VERSIONS);
}

function listBelow(folder: Folder, name: string): string[] {
  return readdirSync(entryOf(folder, name), { withFileTypes: true }).flatMap((entry) => {
    const child = join(name, entry.name);
    return entry.isDirectory() ? listBelow(folder, child) : [child];
  });
}

function ifThere<T>(work: () => T): T | null {
  try {
    return work();
  } catch (error) {
    if (isMissingFolder(error)) return null;
    throw explainFileError(error, "the secrets folder");
  }
}
