// Makes all changes, or none.

import { placeProblem, Refusal, type Problem } from "../../refusal.ts";
import type { WrittenFiles } from "../../host/files/written-file.ts";
import type { Change } from "./change.ts";
import { forEachGathering } from "../../collect-refusals.ts";
import { commitChange, prepareChange, settleChange, syncFolders, undoChange } from "./make-change.ts";

/** What each change swaps in, by the change's path. */
export type WrittenByChange = ReadonlyMap<string, WrittenFiles>;

/**
 * Throws at the first that cannot be made; those before it stay made, for the caller to take back.
 * @param written compared with what is there before each is swapped in
 */
export function makeAll(
  root: string,
  changes: readonly Change[],
  written: WrittenByChange,
  onMade: (path: string) => void,
): void {
  forEachGathering(changes, (change) => prepareChange(root, change, written.get(change.path)));
  for (const change of changes) {
    // Alone: the first that fails is the last that is tried.
    forEachGathering([change], () => commitChange(root, change, written.get(change.path)));
    onMade(change.path);
  }
  syncFolders(root, changes);
}

export interface UndoProblems {
  /** What a next run is to try again. */
  readonly stuck: readonly Problem[];
  /** What no run can put back any more. */
  readonly lost: readonly Problem[];
}

/** The last change first. Answers with what could not be taken back. */
export function undoAll(root: string, changes: readonly Change[]): UndoProblems {
  const [stuck, lost]: [Problem[], Problem[]] = [[], []];
  for (const change of changes.toReversed()) {
    const what = `${change.path} could not be put back as it was`;
    try {
      const fix = "Look at it: parbake's new file may be there still. The next run writes what the config says.";
      if (!undoChange(root, change))
        lost.push(placeProblem({ what: `${what}: somebody removed what parbake had kept of it`, fix }, change));
    } catch {
      const fix = "Mend the file system and run parbake again: it puts the file back first.";
      stuck.push(placeProblem({ what, fix }, change));
    }
  }
  if (stuck.length === 0) syncFolders(root, changes);
  return { stuck, lost };
}

export function settleAll(root: string, changes: readonly Change[]): void {
  forEachGathering(changes, (change) => settleChange(root, change));
}

/** `refusal` and what went wrong because of it. */
export function withProblems(refusal: Refusal, more: readonly Problem[]): Refusal {
  if (more.length === 0) return refusal;
  return new Refusal(refusal.code, [...refusal.problems, ...more], { cause: refusal });
}
