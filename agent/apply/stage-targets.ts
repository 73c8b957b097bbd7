// Gets every target's change ready. Touches nothing that anybody reads: temporary files, declared folders, and new folders
// below the secrets folder.

import { dirname } from "node:path";
import { encodeContent, type FetchedSecrets } from "./encode-content.ts";
import { makeFolders, removeFolders } from "./folder.ts";
import type { Contact } from "./drift.ts";
import { AttributeKeeper } from "./extended-attributes.ts";
import { forEachGathering } from "./gather-refusals.ts";
import { digestOf, type ManagedFile, type ManagedRecord } from "./managed.ts";
import { stageFolder } from "./stage-folder.ts";
import { stageManaged } from "./stage-managed.ts";
import type { StagedChange } from "./staged-change.ts";
import { isBelow, trustOf, type Source, type Target } from "./targets.ts";

export interface StagedTarget {
  readonly target: Target;
  readonly change: StagedChange;
  readonly file: StagedContent | null;
}

/** What there is to say of a file, and not of a folder. */
export interface StagedContent {
  readonly contact: Contact;
  /** Null where it holds a secret. */
  readonly digest: Pick<ManagedFile, "sha256" | "sizeBytes"> | null;
  /** Whether it has no extended attribute but what its folder gives to every new file. False: unknown. */
  readonly isPlain: boolean;
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
  managed: ManagedRecord = new Map(),
  keeper = new AttributeKeeper(),
): void {
  forEachGathering(targets, (target) => {
    const { source } = target;
    if (source.kind === "folder")
      staged.push({ target, file: null, change: stageFolder(root, target, trustOf(target)) });
    else staged.push(stageContent(target, contentOf(source, secrets), root, managed, keeper));
  });
}

function stageContent(
  target: Target,
  bytes: Buffer,
  root: string,
  managed: ManagedRecord,
  keeper: AttributeKeeper,
): StagedTarget {
  const { path, uid, gid, mode, source, isSecret } = target;
  const onDrift = source.kind === "file" ? source.step.onDrift : "overwrite";
  const wish = { wanted: { path, bytes, uid, gid, mode }, trust: trustOf(target), entry: managed.get(path), onDrift };
  try {
    const { change, contact, isPlain } = stageManaged(root, wish, keeper);
    const digest = isSecret ? null : { sha256: digestOf(bytes), sizeBytes: bytes.length };
    return { target, change, file: { contact, digest, isPlain } };
  } finally {
    if (isSecret) bytes.fill(0);
  }
}

// A copy in every case: it is zeroed once it is written.
function contentOf(source: Exclude<Source, { kind: "folder" }>, secrets: FetchedSecrets): Buffer {
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
