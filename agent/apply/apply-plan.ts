// Applies a plan: everything is inspected, fetched, staged and validated before the first file is swapped in. A run that fails
// before that leaves the machine as it was; one whose units or health checks fail after it restores the old files.

import { type FetchedSecret, eraseSecrets } from "../aws/fetched-secret.ts";
import { joinRefusals } from "../collect-refusals.ts";
import type { Deadline } from "../deadline.ts";
import { AttributeKeeper } from "../host/files/extended-attributes.ts";
import type { RunCommand } from "../host/run-command.ts";
import type { Log } from "../log.ts";
import type { Plan } from "../plan/plan.ts";
import { Refusal } from "../refusal.ts";
import type { Report } from "../report/report.ts";
import { RunRecord } from "../report/run-record.ts";
import { isStop, orStopped, refuseStop } from "../stop.ts";
import type { TimeStep } from "../time-step.ts";
import { undoAll, withUndoProblems } from "./change/make-all.ts";
import { choosePossible, leaveToBoot, releaseUnits, type Bake } from "./choose-possible.ts";
import { leaveOutcome } from "./leave-outcome.ts";
import { logContacts } from "./log-contacts.ts";
import { mountStore, narrow, prepareRun } from "./prepare-run.ts";
import { resultsOf, type Done } from "./run-results.ts";
import { chooseSecrets, type SecretQuestions } from "./secrets/choose-secrets.ts";
import { linkCredentials } from "./secrets/link-credentials.ts";
import { listStoredSecrets } from "./secrets/stored-generation.ts";
import { listValues, withholdSecrets } from "./secrets/withhold-secrets.ts";
import { stagePlan, type Staged } from "./stage-plan.ts";
import { takeLock, type Lock } from "./state/lock.ts";
import { describeDamage, readManaged, tryWriteManaged } from "./state/managed.ts";
import { recover } from "./transaction/recover.ts";
import { settle, swapIn, tellUnits, type Told } from "./transaction/transaction.ts";
import type { ImagePolicy } from "./units/validate-image.ts";
import { validateStaged } from "./validate-staged.ts";

export interface ApplyOptions extends SecretQuestions {
  readonly root: string;
  readonly deadline: Deadline;
  /** For restoring old files: later, and no signal ends it. */
  readonly wayBack: Deadline;
  /** Rejected where the run is not over in time, whatever it waits for. Default: never. */
  readonly overrun?: Promise<never>;
  readonly log: Log;
  /** How long to wait for another run to end. */
  readonly lockWaitMs: number;
  readonly run: RunCommand;
  /** Of each program that runs. Default: no time is noted. */
  readonly time?: TimeStep;
  /** Whether systemd started this process: see runsAsUnit. */
  readonly noBlock: boolean;
  readonly versions: Report["versions"];
  /** A record that was begun before the plan was made. */
  readonly record?: RunRecord;
  /** Of a saved plan. Called when an earlier run is recovered and before anything else is touched: throws where the plan no longer
   * fits the machine. */
  readonly recheck?: () => void;
  /** Where metrics are left, of a failed run too. Default: nowhere. */
  readonly metrics?: string | null;
  /** An image is being baked: no secret is fetched. Default: it is none. */
  readonly bake?: Bake | null;
  /** Of a mounted image's validators. Default: they run, and a file that none could judge is told. */
  readonly policy?: ImagePolicy;
}

const NEVER = new Promise<never>(() => {});

interface Context extends ApplyOptions {
  readonly record: RunRecord;
}

/**
 * Throws a Refusal, or our bug. It leaves a report in either case, before it releases the lock; but none where another run has the
 * lock, nor of a saved plan that did not get it or no longer fits a machine that the run has not touched.
 */
export async function applyPlan(plan: Plan, options: ApplyOptions): Promise<Report> {
  const { root, log } = options;
  const record = options.record ?? new RunRecord(options.versions);
  const fetched = new Map<string, FetchedSecret>();
  const run = withholdSecrets(options.run, () => listValues(plan, root, fetched));
  const context = { ...options, record, run };
  const done: Done = {};
  let lock: Lock | null = null;
  let ending: Ending = { failure: null, isRun: true };
  try {
    lock = await record.time("lock", () => waitForLock(options));
    done.isLocked = true;
    await Promise.race([runStages(plan, fetched, context, done), options.overrun ?? NEVER]);
  } catch (error) {
    ending = endOf(error, done, options);
  } finally {
    eraseSecrets(fetched);
  }
  try {
    const storedSecrets = listStoredSecrets(root, plan.secretsFolder);
    const report = record.finish({ ...resultsOf(done), storedSecrets }, ending.failure);
    if (ending.isRun) leaveOutcome(root, report, options.metrics ?? null, log);
    if (ending.failure !== null) throw ending.failure;
    return report;
  } finally {
    lock?.release();
  }
}

/**
 * The stages of a run, in order: each takes what those before it gave.
 * @param fetched gets the values of the secrets; the caller erases them
 * @param done gets what each stage gave, so that a failed run reports as much as a good one
 */
async function runStages(plan: Plan, fetched: Map<string, FetchedSecret>, context: Context, done: Done): Promise<void> {
  const { root, log, record, deadline } = context;
  await refuseStop(deadline);
  const recovered = (done.recovered = await recover(plan, context, record));
  if (recovered.failure !== null) throw recovered.failure;
  context.recheck?.();
  done.isRechecked = true;

  const baked = context.bake ? leaveToBoot(plan, context.bake, root) : null;
  const wanted = baked?.plan ?? plan;
  // All of it before the first byte of a secret is fetched.
  const found = await record.time("check", async () => {
    const managed = readManaged(root);
    if (managed.isDamaged) record.warn([describeDamage(root)], log);
    const store = (done.store = await mountStore(wanted, context));
    record.warn(store.warnings, log);
    return prepareRun(wanted, managed, store, root);
  });

  const selection = await record.time("fetch", () => chooseSecrets(wanted, found, fetched, context));
  done.selection = selection;
  record.warn(selection.warnings, log);
  await refuseStop(deadline);
  const possible = (done.possible = baked ?? choosePossible(plan, selection.failed, root));

  const staging = { root, runId: record.runId, keeper: new AttributeKeeper(), log };
  const staged = await record.time("stage", () =>
    stagePlan(possible.plan, narrow(found, possible.plan), selection, staging),
  );
  done.staged = staged;
  const { secretsFolder } = plan;
  const validate = () => validateStaged(staged.targets, { ...context, secretsFolder });
  done.validations = await record.time("validate", validate);
  logContacts(staged.targets, log);
  record.warn(staged.warnings, log);

  await swapAndTell(staged, possible.plan, context, done);
  releaseUnits(plan, possible, root, log);
  if (possible.failure !== null) throw possible.failure;
}

/** Puts what was staged in place and has the units read it. Where nothing changes, only the record may be wrong. */
async function swapAndTell(
  { transaction, written, managed }: Staged,
  plan: Plan,
  context: Context,
  done: Done,
): Promise<void> {
  const { root, log, record } = context;
  if (transaction === null) {
    if (managed !== null) tryWriteManaged(root, managed, log);
    done.isSwapped = true;
    return linkCredentials(plan, root);
  }
  const swapped = await record.time("swap", () => swapIn(transaction, written, context));
  done.isSwapped = true;
  linkCredentials(plan, root);
  // A run that ends while it waits for a unit reports what it knows until then.
  const hear = (told: Told) => {
    done.told = told;
  };
  const told = (done.told = await record.time("units", () => tellUnits(swapped, context, record, hear)));
  if (told.failure !== null) throw told.failure;
  settle(swapped, context);
}

interface Ending {
  /** Null: the run ended well. */
  readonly failure: unknown;
  /** False: another run kept it from beginning, or its plan was refused before it touched anything. */
  readonly isRun: boolean;
}

/** Drops first what was staged and refused; a swap that fails has restored the old files itself. */
function endOf(error: unknown, done: Done, options: ApplyOptions): Ending {
  const { root, deadline, log } = options;
  const { staged, validations, possible, told } = done;
  const isLeft = staged !== undefined && validations === undefined;
  const refused = isLeft ? withUndoProblems(error, undoAll(root, staged.changes), log) : error;
  const held = possible?.failure ?? null;
  const isOther = refused instanceof Refusal && !isStop(refused) && held !== null && refused !== held;
  return {
    failure: orStopped(isOther ? joinRefusals([held, refused]) : refused, deadline, told?.isRolledBack),
    isRun: isRun(error, done, options),
  };
}

function isRun(error: unknown, { isLocked, recovered, isRechecked }: Done, { recheck }: ApplyOptions): boolean {
  if (isLocked !== true) return recheck === undefined && !(error instanceof Refusal && error.code === "locked");
  return isRechecked === true || recovered?.recovery !== null || recovered.failure !== null;
}

function waitForLock({ root, lockWaitMs, deadline }: ApplyOptions): Promise<Lock> {
  return takeLock(root, Math.min(lockWaitMs, deadline.remainingMs()), deadline.signal);
}
