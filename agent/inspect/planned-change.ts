// What apply would change, one value for each target of a plan, as `plan` prints it.

import type { Attributes } from "../host/attributes.ts";
import type { FileDifference } from "../host/files/read-current.ts";
import type { FileStep, FolderStep, SecretStep } from "../plan/plan.ts";
import type { Problem } from "../refusal.ts";

/** `present`: it is there, and only apply can tell whether its secret changed. `unknown`: the problem says why. */
export type ChangeKind = FileDifference | "present" | "unknown";

interface ChangeOf<Kind extends string, S> {
  readonly kind: Kind;
  readonly step: S;
  /** Absolute, as the booted machine sees it. */
  readonly path: string;
  readonly change: ChangeKind;
  /** Why apply would fail here; null: it would not. */
  readonly problem: Problem | null;
}

/** An edit by hand. `since` is the file's time of modification: ISO 8601, UTC. */
interface Drift {
  readonly since: string;
}

export interface FileChange extends ChangeOf<"file", FileStep> {
  /** For a diff. Null: absent, unreadable, large, not text, or a secret's. */
  readonly currentText: string | null;
  /** Null where it prints a secret. */
  readonly newText: string | null;
  readonly currentAttributes: Attributes | null;
  /** Null where the owner is not known here. */
  readonly targetAttributes: Attributes | null;
  /** Null where nobody edited it, or parbake never wrote it. */
  readonly drift: Drift | null;
  /** Whether it was there before parbake wrote it for the first time, which is now to come. */
  readonly adopted: boolean;
}

/** One for each secret key that has a file. */
interface SecretChange extends ChangeOf<"secret", SecretStep> {
  readonly key: string;
}

interface FolderChange extends ChangeOf<"folder", FolderStep> {
  readonly currentAttributes: Attributes | null;
  readonly targetAttributes: Attributes | null;
}

/** Of a file that parbake wrote and the plan no longer declares: `remove`, or `kept` where it is not parbake's to remove. */
export interface RemovalChange extends ChangeOf<"removal", null> {
  readonly change: "remove" | "kept";
  /** Why it stays; null: it goes. */
  readonly note: Problem | null;
}

export type PlannedChange = FolderChange | SecretChange | FileChange | RemovalChange;
