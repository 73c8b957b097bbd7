// The record of managed files that a run leaves: what it writes, without what is no longer declared. Pure.

import type { Plan } from "../plan/plan.ts";
import type { StagedContent, StagedTarget } from "./files/staged.ts";
import type { Managed, ManagedState, RecordUpdate } from "./state/managed.ts";
import { actionsOf } from "./targets/target.ts";

interface Run {
  readonly plan: Plan;
  readonly runId: string;
  /** ISO 8601, UTC. */
  readonly writtenAt: string;
  /** Whether it changes anything on the disk, removals included. */
  readonly hasChanges: boolean;
}

/** Without what a whole plan no longer declares, whether that was removed or left alone. Null: the record is right as it is. */
export function nextRecord(old: ManagedState, staged: readonly StagedTarget[], run: Run): RecordUpdate | null {
  const contents = staged.flatMap(({ file, ...one }) => (file === null ? [] : [{ ...one, file }]));
  const entries = contents.flatMap(({ target, change: { difference }, file }) => {
    const entry = recordTarget(target, difference, file, old.files.get(target.path), run);
    return entry === null ? [] : [[entry.path, entry] as const];
  });
  const files = new Map([...(run.plan.part === null ? [] : old.files), ...entries]);
  const written = contents.filter(({ change: { difference } }) => isTouched(difference));
  if (!run.hasChanges && isSame(old.files, files)) return null;
  const plain = written.filter(({ file: { isPlain } }) => isPlain).map(({ target: { path } }) => path);
  return { runId: run.hasChanges ? run.runId : (old.runId ?? run.runId), files: [...files.values()], plain };
}

type Difference = StagedTarget["change"]["difference"];

function isTouched(difference: Difference): boolean {
  return difference !== "unchanged" && difference !== "kept";
}

function isSame(a: ReadonlyMap<string, Managed>, b: ReadonlyMap<string, Managed>): boolean {
  return a.size === b.size && [...b].every(([path, entry]) => JSON.stringify(a.get(path)) === JSON.stringify(entry));
}

function recordTarget(
  { path, source, uid, gid, mode }: StagedTarget["target"],
  difference: Difference,
  { digest, isPlain, versionIds }: StagedContent,
  old: Managed | undefined,
  run: Run,
): Managed | null {
  if (difference === "kept") return old?.kind === "file" ? { ...old, keepsEdits: true } : (old ?? null);
  const onChange = actionsOf(source);
  if (digest === null) return { kind: "secret", path, versionIds, onChange, attributes: { uid, gid, mode } };
  const known = old?.kind === "file" ? old : null;
  const stays = known !== null && known.sha256 === digest.sha256 && difference !== "create" && difference !== "update";
  return {
    kind: "file",
    path,
    ...digest,
    uid,
    gid,
    mode,
    writtenAt: stays ? known.writtenAt : run.writtenAt,
    runId: stays ? known.runId : run.runId,
    keepsEdits: source.kind === "file" && source.step.onDrift === "keep",
    created: difference === "create" || (known?.created ?? false),
    onChange,
    plainSinceNs: isPlain ? (known?.plainSinceNs ?? null) : null,
  };
}
