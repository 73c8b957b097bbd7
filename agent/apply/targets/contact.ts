// Whether a file that is about to be written is still as parbake last wrote it. Pure.

import type { OnDrift } from "../../config/config.ts";
import type { Current, CurrentFile } from "../../host/files/read-current.ts";
import type { Problem } from "../../refusal.ts";
import { digestOf } from "../state/digest.ts";
import type { Managed, ManagedFile, ManagedSecret } from "../state/managed.ts";

export type Contact =
  /** There is no file. */
  | { readonly kind: "absent" }
  /** It was there before parbake wrote it for the first time. */
  | { readonly kind: "adopted" }
  /** As parbake wrote it, or as it is to be; or a secret's, of which nobody can tell. */
  | { readonly kind: "own" }
  /** Edited by hand. `since` is the file's time of modification: ISO 8601, UTC. */
  | { readonly kind: "drifted"; readonly since: string };

/** @param current with its bytes, unless it is larger than both the record and `wanted` */
export function compareWithRecord(
  current: Current,
  entry: ManagedFile | Pick<ManagedSecret, "kind"> | undefined,
  wanted: Buffer,
): Contact {
  if (current.kind === "absent") return { kind: "absent" };
  if (entry === undefined) return { kind: "adopted" };
  const isOwn = entry.kind === "secret" || current.bytes?.equals(wanted) || isAsWritten(current, entry);
  return isOwn ? { kind: "own" } : { kind: "drifted", since: new Date(current.modifiedMs).toISOString() };
}

export function isAsWritten({ bytes, sizeBytes }: CurrentFile, entry: ManagedFile): boolean {
  return sizeBytes === entry.sizeBytes && bytes !== null && digestOf(bytes) === entry.sha256;
}

/** How much of the file compareWithRecord needs to see. */
export function limitOf(entry: Managed | undefined, wanted: Buffer): number {
  return Math.max(wanted.length, entry?.kind === "file" ? entry.sizeBytes : 0);
}

export function isKept(contact: Contact, onDrift: OnDrift): boolean {
  return contact.kind === "drifted" && onDrift === "keep";
}

/** What stands in the way of writing it; null: nothing. */
export function findDriftProblem(path: string, contact: Contact, onDrift: OnDrift): Problem | null {
  if (contact.kind !== "drifted" || onDrift !== "refuse") return null;
  return {
    what: `${path} was edited by hand (${contact.since}), and its \`onDrift: refuse\` forbids overwriting it`,
    fix: "Take the edit into the template, or remove the file, or set `onDrift: overwrite`.",
  };
}
