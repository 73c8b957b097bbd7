// One wave of a run, which is a transaction: everything of it is staged and validated before the first file is swapped in. A wave
// that fails before that leaves the machine as it was; one whose units or health checks fail after it restores the old files.

import { AttributeKeeper } from "../host/files/extended-attributes.ts";
import type { Plan } from "../plan/plan.ts";
import type { Problem } from "../refusal.ts";
import { refuseStop } from "../stop.ts";
import type { RunContext } from "./apply-options.ts";
import { undoAll, withUndoProblems } from "./change/make-all.ts";
import { isNewContent } from "./files/staged.ts";
import { leaveTakenBack } from "./leave-taken-back.ts";
import { logContacts } from "./log-contacts.ts";
import { narrow, type Found } from "./prepare-run.ts";
import type { WaveDone } from "./run-results.ts";
import type { Selection } from "./secrets/choose-secrets.ts";
import { linkCredentials } from "./secrets/link-credentials.ts";
import { stagePlan, type Staged } from "./stage-plan.ts";
import { tryWriteManaged } from "./state/managed.ts";
import {
  awaitConfirmation,
  settle,
  swapIn,
  tellUnits,
  type Told,
  type Transaction,
} from "./transaction/transaction.ts";
import { warnRunning } from "./units/warn-running.ts";
import { validateStaged } from "./validate-staged.ts";

/** @param done gets what each stage gave, so that a failed wave reports as much as a good one */
export async function applyWave(
  wanted: Plan,
  found: Found,
  selection: Selection,
  context: RunContext,
  done: WaveDone,
): Promise<void> {
  const { root, log, record, deadline } = context;
  await refuseStop(deadline);
  const plan = leaveTakenBack(wanted, context);
  const staging = { root, runId: record.runId, keeper: new AttributeKeeper(), log };
  const staged = await record.time("stage", () => stagePlan(plan, narrow(found, plan), selection, staging));
  done.staged = staged;
  const { secretsFolder } = plan;
  const validate = () => validateStaged(staged.targets, { ...context, secretsFolder });
  done.validations = await record.time("validate", validate);
  logContacts(staged.targets, log);
  const changed = staged.targets
    .filter(({ change }) => isNewContent(change.difference))
    .map(({ target }) => target.path);
  record.warn([...staged.warnings, ...(await warnRunning(plan.apps, new Set(changed), context))], log);
  await swapAndTell(staged, plan, context, done);
}

/** Puts what was staged in place and has the units read it. Where nothing changes, only the record may be wrong. */
async function swapAndTell(
  { transaction, written, managed }: Staged,
  plan: Plan,
  context: RunContext,
  done: WaveDone,
): Promise<void> {
  const { root, log, record } = context;
  if (transaction === null) {
    if (managed !== null) tryWriteManaged(root, managed, log);
    done.isSwapped = true;
    return linkCredentials(plan, root);
  }
  const begun = await beginTrial(transaction, plan, context);
  const swapped = await record.time("swap", () => swapIn(begun, written, context));
  done.isSwapped = true;
  linkCredentials(plan, root);
  // A run that ends while it waits for a unit reports what it knows until then.
  const hear = (told: Told) => {
    done.told = told;
  };
  const told = (done.told = await record.time("units", () => tellUnits(swapped, context, record, hear)));
  if (told.failure !== null) throw told.failure;
  if (swapped.journal.trial === undefined) return settle(swapped, context);
  awaitConfirmation(swapped, told.units, root);
  done.trial = swapped.journal.trial;
}

async function beginTrial(
  transaction: Transaction,
  { secretsFolder }: Plan,
  context: RunContext,
): Promise<Transaction> {
  const { record, log, startTrial } = context;
  const { runId } = record;
  const warn = (problems: readonly Problem[]) => record.warn(problems, log);
  return startTrial?.(transaction, { ...context, runId, secretsFolder, warn }) ?? transaction;
}

/** Drops what was staged and refused; a swap that fails has restored the old files itself. */
export function dropStaged(error: unknown, done: WaveDone | undefined, { root, log }: RunContext): unknown {
  if (done?.staged === undefined || done.validations !== undefined) return error;
  return withUndoProblems(error, undoAll(root, done.staged.changes), log);
}
