// Makes all changes, or none.

import { tellFailure } from "../../bug.ts";
import { forEachGathering } from "../../collect-refusals.ts";
import { errnoOf } from "../../host/file-error.ts";
import type { WrittenFiles } from "../../host/files/written-file.ts";
import type { Log } from "../../log.ts";
import { formatProblem, placeProblem, Refusal, type Problem } from "../../refusal.ts";
import type { Change } from "./change.ts";
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
  /** What no run can restore any more. */
  readonly lost: readonly Problem[];
}

/** The last change first; none keeps the others from being undone. Answers with what could not be taken back, our own bugs among it. */
export function undoAll(root: string, changes: readonly Change[]): UndoProblems {
  const [stuck, lost]: [Problem[], Problem[]] = [[], []];
  for (const change of changes.toReversed()) {
    try {
      if (!undoChange(root, change)) lost.push(placeProblem(describeLost(change), change));
    } catch (error) {
      stuck.push(placeProblem(describeStuck(`${change.path} could not be restored`, error), change));
    }
  }
  if (stuck.length > 0) return { stuck, lost };
  try {
    syncFolders(root, changes);
  } catch (error) {
    stuck.push(describeStuck("the restored files could not be made durable", error));
  }
  return { stuck, lost };
}

function describeLost({ path }: Change): Problem {
  return {
    what: `${path} could not be restored: somebody removed what parbake had kept of it`,
    fix: "Inspect it: parbake's new file may be there still. The next run writes what the config says.",
  };
}

// Of a bug where it happened, and never what it says.
function describeStuck(what: string, error: unknown): Problem {
  if (error instanceof Refusal || errnoOf(error) !== null)
    return { what, fix: "Fix the file system and run parbake again: it restores the file first." };
  return {
    what: `${what}: ${tellFailure(error)}`,
    fix: "Please report it. Run parbake again: it tries to restore the file first.",
  };
}

/** The error that made a run take its changes back, with what went wrong at that. What a bug cannot carry is logged. */
export function withUndoProblems(error: unknown, { stuck, lost }: UndoProblems, log: Log): unknown {
  if (error instanceof Refusal) return withProblems(error, [...stuck, ...lost]);
  for (const problem of [...stuck, ...lost]) log("error", formatProblem(problem));
  return error;
}

export function settleAll(root: string, changes: readonly Change[]): void {
  forEachGathering(changes, (change) => settleChange(root, change));
}

/** `refusal` and what went wrong because of it. */
export function withProblems(refusal: Refusal, more: readonly Problem[]): Refusal {
  if (more.length === 0) return refusal;
  return new Refusal(refusal.code, [...refusal.problems, ...more], { cause: refusal });
}
