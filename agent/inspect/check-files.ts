// Whether each file that parbake wrote is as it wrote it. Never compares the content of a secret's file, never writes.

import { lstatSync } from "node:fs";
import type { Managed, ManagedFile, ManagedRecord } from "../apply/state/managed.ts";
import type { Journal } from "../apply/transaction/journal.ts";
import { sameAttributes } from "../host/attributes.ts";
import { errnoOf } from "../host/file-error.ts";
import { followStable, observe } from "./observe.ts";

export interface FileStatus {
  /** Absolute, as the booted machine sees it. */
  readonly path: string;
  readonly kind: Managed["kind"];
  /** `kept`: edited by hand, which the config allows. `unfinished`: as a run made it that goes on, or was cut short. `unknown`: whoever asks
   * may not look at it. */
  readonly state: "in sync" | "kept" | "unfinished" | "drifted" | "missing" | "unknown";
  /** What is no longer as parbake made it. A secret's content is never compared. */
  readonly drift: readonly ("content" | "owner" | "mode" | "kind")[];
  /** ISO 8601, UTC: when the content, else the attributes, last changed. Null: as it was, or missing. */
  readonly driftedSince: string | null;
}

/**
 * Where a run was cut short, its own new files are not in the record yet: only what is neither as before nor as that run was to
 * make it was changed by somebody else.
 */
export function checkFiles(managed: ManagedRecord, journals: readonly Journal[], root: string): FileStatus[] {
  const planned = new Map(journals.flatMap((found) => found.managed?.files ?? []).map((entry) => [entry.path, entry]));
  const touched = new Set(journals.flatMap(({ changes }) => changes.map(({ path }) => path)));
  const files = [...managed.values()].map((entry) => {
    const status = checkFile(entry, root);
    if (!touched.has(entry.path) || (status.state !== "drifted" && status.state !== "missing")) return status;
    return isAsPlanned(planned.get(entry.path), status, root) ? unfinished(entry) : status;
  });
  const added = [...planned.values()].filter(({ path }) => touched.has(path) && !managed.has(path));
  const made = added.filter((entry) => checkFile(entry, root).state === "in sync");
  return [...files, ...made.map(unfinished)];
}

/** @param entry undefined: the run was to remove it */
function isAsPlanned(entry: Managed | undefined, { state }: FileStatus, root: string): boolean {
  return entry === undefined ? state === "missing" : checkFile(entry, root).state === "in sync";
}

function unfinished({ path, kind }: Managed): FileStatus {
  return { path, kind, state: "unfinished", drift: [], driftedSince: null };
}

function checkFile(entry: Managed, root: string): FileStatus {
  const { path, kind } = entry;
  const seen = observe(root, path, kind === "secret");
  const common = { path, kind, drift: [], driftedSince: null } as const;
  switch (seen.kind) {
    case "absent":
      return { ...common, state: "missing" };
    case "unreadable":
      return { ...common, state: "unknown" };
    case "other":
    case "folder":
      return { ...common, state: "drifted", drift: ["kind"], driftedSince: changedAt(root, path, "ctimeMs") };
    case "file":
      return { ...common, ...compare(entry, seen, root) };
  }
}

function compare(
  entry: Managed,
  seen: Pick<ManagedFile, "uid" | "gid" | "mode"> & { readonly sha256: string | null },
  root: string,
): Pick<FileStatus, "state" | "drift" | "driftedSince"> {
  const made = entry.kind === "file" ? entry : entry.attributes;
  const drift: FileStatus["drift"][number][] = [];
  if (entry.kind === "file" && seen.sha256 !== entry.sha256) drift.push("content");
  if (!sameAttributes({ ...seen, mode: made.mode }, made)) drift.push("owner");
  if (seen.mode !== made.mode) drift.push("mode");
  if (drift.length === 0) return { state: "in sync", drift, driftedSince: null };
  const since = changedAt(root, entry.path, drift.includes("content") ? "mtimeMs" : "ctimeMs");
  return { state: entry.kind === "file" && entry.keepsEdits ? "kept" : "drifted", drift, driftedSince: since };
}

function changedAt(root: string, path: string, time: "mtimeMs" | "ctimeMs"): string | null {
  try {
    return new Date(lstatSync(followStable(root, path))[time]).toISOString();
  } catch (error) {
    // It is gone by now.
    if (errnoOf(error) === null) throw error;
    return null;
  }
}
