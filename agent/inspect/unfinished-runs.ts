// What of a run is not over: one that goes on, and what one that was cut short has left to the next. Never writes.

import { formatAge } from "../age.ts";
import { readRunning, type RunningRun } from "../apply/state/running-run.ts";
import type { StateDocument } from "../apply/state/state-file.ts";
import {
  describeUnreadable,
  isPending,
  JOURNAL_FOLDERS,
  readJournal,
  type Journal,
  type Phase,
} from "../apply/transaction/journal.ts";
import { Refusal, type Problem } from "../refusal.ts";
import type { Recovery } from "../report/report.ts";

export interface Interruption {
  readonly phase: Phase | "unreadable";
  /** When that run was about to make its first change: ISO 8601, UTC. Null: its journal can't be read. */
  readonly since: string | null;
  /** What the next run will make of it; where it is `finished`, and a unit or a health check fails, it is `rolled back` after all.
   * `forgotten`: nobody can tell. */
  readonly next: Recovery | "forgotten";
  /** Places that it was changing: absolute, as the booted machine sees them. */
  readonly paths: readonly string[];
}

/** One that is there. */
type FoundJournal = Exclude<StateDocument<Journal>, { kind: "none" }>;

export interface UnfinishedRuns {
  /** Null: none goes on. */
  readonly running: RunningRun | null;
  /** Of the run that goes on too. */
  readonly journals: readonly FoundJournal[];
  /** What waits for `parbake confirm`; none while a run goes on. */
  readonly trials: readonly TrialStatus[];
  /** None while a run goes on: a journal is its own then, or it takes it up. */
  readonly interruptions: readonly Interruption[];
  /** Records that can't be read, or that others may have written. */
  readonly unreadable: readonly Problem[];
}

export function findUnfinishedRuns(root: string): UnfinishedRuns {
  const unreadable: Problem[] = [];
  const before = readOr(null, unreadable, () => readRunning(root));
  const found = JOURNAL_FOLDERS.map((folder) => {
    const journal = readOr({ kind: "none" } as const, unreadable, () => readJournal(root, folder));
    if (journal.kind === "unreadable") unreadable.push(describeUnreadable(root, folder));
    return journal;
  });
  // A run that began or ended while its journal was looked for was alive at one of the two.
  const running = before ?? readOr(null, [], () => readRunning(root));
  const journals = found.filter((journal) => journal.kind !== "none");
  const left = running === null ? journals : [];
  const described = left.map((journal) => describeTrial(journal) ?? describeInterruption(journal));
  const trials = described.filter((each) => "until" in each);
  const interruptions = described.filter((each) => "phase" in each);
  return { running, journals, trials, interruptions, unreadable };
}

/** A run that waits for its confirmation, and has time still. */
export interface TrialStatus {
  readonly runId: string;
  /** ISO 8601, UTC. */
  readonly until: string;
  /** Places that it changed: absolute, as the booted machine sees them. */
  readonly paths: readonly string[];
}

/** Null: it is none that waits. */
function describeTrial(found: FoundJournal): TrialStatus | null {
  if (found.kind !== "read" || !isPending(found.document)) return null;
  const {
    trial: { runId, until },
    changes,
  } = found.document;
  return { runId, until, paths: changes.map(({ path }) => path) };
}

export function readOr<T, Otherwise>(otherwise: Otherwise, unreadable: Problem[], read: () => T): T | Otherwise {
  try {
    return read();
  } catch (error) {
    // Where the root itself is no folder, there is nothing to tell of.
    if (!(error instanceof Refusal) || error.code === "usage") throw error;
    unreadable.push(...error.problems);
    return otherwise;
  }
}

const NEXT: Readonly<Record<Phase, Recovery>> = {
  swap: "undone",
  act: "finished",
  rollback: "rolled back",
  settle: "finished",
  confirm: "rolled back",
};

function describeInterruption(found: FoundJournal): Interruption {
  if (found.kind === "unreadable") return { phase: found.kind, since: null, next: "forgotten", paths: [] };
  const { phase, since, changes, trial } = found.document;
  const next = trial !== undefined && phase === "act" ? "rolled back" : NEXT[phase];
  return { phase, since, next, paths: changes.map(({ path }) => path) };
}

export function describeRunning({ pid, since, forMs, waitsFor }: RunningRun): string {
  const going = `a run is going on (process ${pid}, since ${since})`;
  return waitsFor === null ? going : `${going}, for ${formatAge(forMs)} so far: ${waitsFor.what}`;
}
