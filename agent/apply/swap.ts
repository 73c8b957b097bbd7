// Makes all staged changes, or none. Never leaves a temporary file.

import { Refusal, type Problem } from "../refusal.ts";
import { forEachGathering } from "./gather-refusals.ts";
import type { StagedChange } from "./staged-change.ts";

/** If one cannot be made, those made before it are taken back, and the Refusal says so. */
export function swapAll(staged: readonly StagedChange[], onSwapped: (path: string) => void): void {
  try {
    forEachGathering(staged, (change) => change.prepare());
    for (const change of staged) {
      change.commit();
      if (change.difference !== "unchanged") onSwapped(change.path);
    }
  } catch (error) {
    const stuck = undoAll(staged);
    if (!(error instanceof Refusal) || stuck.length === 0) throw error;
    throw new Refusal(error.code, [...error.problems, ...stuck], { cause: error });
  }
  forEachGathering(staged, (change) => change.settle());
}

/** The last change first. Answers with what could not be taken back. */
export function undoAll(staged: readonly StagedChange[]): Problem[] {
  return staged.toReversed().flatMap((change) => {
    try {
      change.undo();
      return [];
    } catch {
      const fix = "Mend the file system and run parbake again: it writes the file anew.";
      return [{ what: `${change.path} could not be put back as it was`, fix }];
    }
  });
}
