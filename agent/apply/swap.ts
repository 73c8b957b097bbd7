// Makes all changes, or none.

import { placeProblem, Refusal, type Problem } from "../refusal.ts";
import type { Change } from "./change.ts";
import { forEachGathering } from "./gather-refusals.ts";
import { commitChange, prepareChange, settleChange, syncFolders, undoChange } from "./perform-change.ts";

/** Throws at the first that cannot be made; those before it stay made, for the caller to take back. */
export function makeAll(root: string, changes: readonly Change[], onMade: (path: string) => void): void {
  forEachGathering(changes, (change) => prepareChange(root, change));
  for (const change of changes) {
    // Alone: the first that fails is the last that is tried.
    forEachGathering([change], () => commitChange(root, change));
    onMade(change.path);
  }
  syncFolders(root, changes);
}

/** The last change first. Answers with what could not be taken back. */
export function undoAll(root: string, changes: readonly Change[]): Problem[] {
  const stuck = changes.toReversed().flatMap((change) => {
    try {
      undoChange(root, change);
      return [];
    } catch {
      const fix = "Mend the file system and run parbake again: it puts the file back first.";
      return [placeProblem({ what: `${change.path} could not be put back as it was`, fix }, change)];
    }
  });
  if (stuck.length === 0) syncFolders(root, changes);
  return stuck;
}

export function settleAll(root: string, changes: readonly Change[]): void {
  forEachGathering(changes, (change) => settleChange(root, change));
}

/** `refusal` and what went wrong because of it. */
export function withProblems(refusal: Refusal, more: readonly Problem[]): Refusal {
  if (more.length === 0) return refusal;
  return new Refusal(refusal.code, [...refusal.problems, ...more], { cause: refusal });
}
