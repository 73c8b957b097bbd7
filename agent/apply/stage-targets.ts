// Gets every target's change ready. Touches nothing that anybody reads: temporary files, and new folders below the secrets
// folder.

import { dirname } from "node:path";
import { encodeContent, type FetchedSecrets } from "./encode-content.ts";
import { makeFolders, removeFolders } from "./folder.ts";
import { forEachGathering } from "./gather-refusals.ts";
import { stageFile } from "./stage-file.ts";
import type { StagedChange } from "./staged-change.ts";
import { isBelow, trustOf, type Source, type Target } from "./targets.ts";

export interface StagedTarget {
  readonly target: Target;
  readonly change: StagedChange;
}

// Every user may pass, none but root may list: the names of secrets are nobody's business, the files have owners of their own.
const FOLDER_MODE = 0o711;

/** Returns the folders that it made, outermost first. */
export function makeSecretFolders(targets: readonly Target[], secretsFolder: string, root: string): string[] {
  const made: string[] = [];
  try {
    for (const { path } of targets)
      if (isBelow(secretsFolder, path)) made.push(...makeFolders(root, secretsFolder, dirname(path), FOLDER_MODE));
  } catch (error) {
    removeFolders(root, made);
    throw error;
  }
  return made;
}

/** Adds to `staged` as it goes, so that the caller can undo what was staged before a failure. */
export function stageTargets(
  targets: readonly Target[],
  secrets: FetchedSecrets,
  root: string,
  staged: StagedTarget[],
): void {
  forEachGathering(targets, (target) => {
    const bytes = contentOf(target.source, secrets);
    try {
      const { path, uid, gid, mode } = target;
      staged.push({ target, change: stageFile(root, { path, bytes, uid, gid, mode }, trustOf(target)) });
    } finally {
      if (target.isSecret) bytes.fill(0);
    }
  });
}

// A copy in every case: it is zeroed once it is written.
function contentOf(source: Source, secrets: FetchedSecrets): Buffer {
  switch (source.kind) {
    case "file":
      return encodeContent(source.step, secrets);
    case "secret": {
      const value = secrets.get(source.step.name)?.values.get(source.key);
      if (!value) throw new Error(`the key ${source.key} of the secret ${source.step.name} was not fetched`);
      return Buffer.from(value.reveal());
    }
  }
}
