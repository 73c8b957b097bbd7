// A change that is ready but not made: what stageFile gives, and a transaction makes.

import type { FileDifference } from "../../host/files/read-current.ts";
import { type WrittenFiles, NOTHING_WRITTEN } from "../../host/files/written-file.ts";
import type { Change } from "../change/change.ts";
import type { ManagedFile } from "../state/managed.ts";
import type { Contact } from "../targets/contact.ts";
import type { Target } from "../targets/target.ts";

export interface StagedChange {
  readonly path: string;
  /** The new file as a validator can open it; null where the content does not change. */
  readonly stagedPath: string | null;
  readonly difference: FileDifference;
  /** Null: there is nothing to do. */
  readonly change: Change | null;
  /** What the change swaps in. */
  readonly written: WrittenFiles;
}

export function unchanged(path: string): StagedChange {
  return { path, stagedPath: null, difference: "unchanged", change: null, written: NOTHING_WRITTEN };
}

/** Whether a unit that reads the file has something new to read. */
export function isNewContent(difference: FileDifference): boolean {
  return difference === "create" || difference === "update";
}

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
  /** Of the secrets in it, by their names. */
  readonly versionIds: Readonly<Record<string, string>>;
}
