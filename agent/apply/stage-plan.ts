// Stages everything that a plan wants: new files beside the old ones, the next generation of secrets, declared folders. Touches
// nothing that anybody reads.

import type { AttributeKeeper } from "../host/files/extended-attributes.ts";
import type { Log } from "../log.ts";
import type { Plan } from "../plan/plan.ts";
import { declaredAt, type Problem } from "../refusal.ts";
import type { UnitReport } from "../report/report.ts";
import type { Change, GenerationFlip } from "./change/change.ts";
import { undoAll, withUndoProblems, type WrittenByChange } from "./change/make-all.ts";
import { stageTargets } from "./files/stage-targets.ts";
import type { StagedTarget } from "./files/staged.ts";
import { stageRemovals, warningsOf, type StagedRemoval } from "./files/undeclared.ts";
import { nextRecord } from "./next-record.ts";
import { isInStore, type Found } from "./prepare-run.ts";
import type { Selection } from "./secrets/choose-secrets.ts";
import { stageGeneration, type StagedGeneration } from "./secrets/stage-generation.ts";
import type { RecordUpdate } from "./state/managed.ts";
import { chooseFolder, newJournal } from "./transaction/journal.ts";
import type { Transaction } from "./transaction/transaction.ts";
import { buildFollowUp } from "./units/build-follow-up.ts";

export interface Staged {
  /** In the plan's order. */
  readonly targets: readonly StagedTarget[];
  readonly removals: readonly StagedRemoval[];
  /** The flip of the secrets last: should another change fail, no reader has seen it. */
  readonly changes: readonly Change[];
  /** Null: nothing changes. */
  readonly transaction: Transaction | null;
  readonly written: WrittenByChange;
  /** The record of managed files to leave. Null: the one on the disk is right. */
  readonly managed: RecordUpdate | null;
  /** Units that cannot be told here. */
  readonly skipped: readonly UnitReport[];
  readonly warnings: readonly Problem[];
}

interface StageContext {
  readonly root: string;
  readonly runId: string;
  readonly keeper: AttributeKeeper;
  readonly log: Log;
}

/** Leaves nothing behind where it fails. */
export function stagePlan(plan: Plan, found: Found, selection: Selection, context: StageContext): Staged {
  const writtenAt = new Date().toISOString();
  const removals = stageRemovals(found.undeclared);
  const { targets, generation } = stageContents(plan, found, selection, writtenAt, context);
  const changes = [
    ...targets.flatMap(declaredChange),
    ...removals.flatMap(({ change }) => change ?? []),
    ...flipOf(generation),
  ];
  const hasChanges = changes.length > 0;
  const managed = nextRecord(found.managed, targets, { plan, runId: context.runId, writtenAt, hasChanges });
  const { followUp, skipped } = buildFollowUp(targets, removals, context.root);
  const journal = newJournal({ changes, followUp, managed });
  return {
    targets,
    removals,
    changes,
    transaction: hasChanges ? { journal, folder: chooseFolder(changes, plan.secretsFolder) } : null,
    written: writtenBy(targets, generation),
    managed,
    skipped: hasChanges ? skipped : [],
    warnings: [...context.keeper.warnings, ...warningsOf(found.undeclared)],
  };
}

interface StagedContents {
  readonly targets: readonly StagedTarget[];
  readonly generation: StagedGeneration;
}

function stageContents(
  plan: Plan,
  { targets, managed, stored }: Found,
  selection: Selection,
  fetchedAt: string,
  { root, keeper, log }: StageContext,
): StagedContents {
  const staged: StagedTarget[] = [];
  const inStore = targets.filter((target) => isInStore(plan, target));
  const others = targets.filter((target) => !isInStore(plan, target));
  const { secretsFolder } = plan;
  const wish = { root, secretsFolder, plan, targets: inStore, selection, stored, managed: managed.files, fetchedAt };
  try {
    stageTargets(others, root, staged, managed.files, keeper);
    const generation = stageGeneration(wish);
    return { targets: inOrder([...staged, ...generation.staged], targets), generation };
  } catch (error) {
    throw withUndoProblems(error, undoAll(root, staged.flatMap(declaredChange)), log);
  }
}

function inOrder(staged: readonly StagedTarget[], targets: Found["targets"]): StagedTarget[] {
  const order = new Map(targets.map(({ path }, index) => [path, index]));
  const indexOf = ({ target }: StagedTarget) => order.get(target.path) ?? targets.length;
  return staged.toSorted((a, b) => indexOf(a) - indexOf(b));
}

function declaredChange({ target, change: { change } }: StagedTarget): Change[] {
  return change === null ? [] : [{ ...change, ...declaredAt(target.at) }];
}

function flipOf({ flip }: StagedGeneration): GenerationFlip[] {
  return flip === null ? [] : [flip];
}

function writtenBy(staged: readonly StagedTarget[], generation: StagedGeneration): WrittenByChange {
  return new Map([
    ...staged.map(({ change }) => [change.path, change.written] as const),
    ...flipOf(generation).map(({ path }) => [path, generation.written] as const),
  ]);
}
