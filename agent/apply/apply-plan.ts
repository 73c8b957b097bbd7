// Applies a plan, with the lock held, by its waves; ends with all that failed, and leaves a report.

import { type FetchedSecret, eraseSecrets } from "../aws/fetched-secret.ts";
import { joinRefusals } from "../collect-refusals.ts";
import type { Deadline } from "../deadline.ts";
import type { Plan } from "../plan/plan.ts";
import { Refusal } from "../refusal.ts";
import type { Report } from "../report/report.ts";
import { RunRecord } from "../report/run-record.ts";
import { isStop, orStopped, refuseStop, stopped, stopRequestOf } from "../stop.ts";
import type { ApplyOptions, RunContext } from "./apply-options.ts";
import { dropStaged } from "./apply-wave.ts";
import { leaveOutcome } from "./leave-outcome.ts";
import { noneDone, resultsOf, type Done } from "./run-results.ts";
import { runWaves } from "./run-waves.ts";
import { listStoredSecrets } from "./secrets/stored-generation.ts";
import { listValues, withholdSecrets } from "./secrets/withhold-secrets.ts";
import { takeLock, type Lock } from "./state/lock.ts";
import { recover } from "./transaction/recover.ts";

const NEVER = new Promise<never>(() => {});

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
  const done = noneDone();
  let lock: Lock | null = null;
  let failure: unknown = null;
  let isLeft = true;
  try {
    lock = await record.time("lock", () => waitForLock(options));
    done.isLocked = true;
    await Promise.race([runStages(plan, fetched, context, done), options.overrun ?? NEVER]);
    failure = joinFailures(done);
  } catch (error) {
    failure = failureOf(error, done, context);
    isLeft = isRun(error, done, options);
  } finally {
    eraseSecrets(fetched);
  }
  try {
    const storedSecrets = listStoredSecrets(root, plan.secretsFolder);
    const report = record.finish({ ...resultsOf(done), storedSecrets }, failure);
    if (isLeft) leaveOutcome(root, report, options.metrics ?? null, log);
    if (failure !== null) throw failure;
    return report;
  } finally {
    lock?.release();
  }
}

async function runStages(
  plan: Plan,
  fetched: Map<string, FetchedSecret>,
  context: RunContext,
  done: Done,
): Promise<void> {
  await refuseStop(context.deadline);
  const recovered = (done.recovered = await recover(plan, context, context.record));
  if (recovered.failure !== null) throw recovered.failure;
  context.recheck?.();
  done.isRechecked = true;
  await runWaves(plan, { context, fetched, done });
}

function joinFailures({ failures }: Done): Refusal | null {
  return failures.length === 0 ? null : joinRefusals(failures);
}

/** What failed before belongs to it, but for a run that is asked to stop. */
function failureOf(error: unknown, done: Done, context: RunContext): unknown {
  const { deadline } = context;
  const current = done.waves.at(-1);
  const refused = current?.endMs === null ? dropStaged(error, current, context) : error;
  const isOne = !(refused instanceof Refusal) || isStop(refused) || done.failures.length === 0;
  const failure = isOne ? refused : joinRefusals([...done.failures, refused]);
  const isRolledBack = current?.told?.isRolledBack ?? false;
  return isRolledBack ? orStopped(failure, deadline, true) : tellPlaced(orStopped(failure, deadline), done, deadline);
}

/** A run that is asked to stop between two waves has changed something. */
function tellPlaced(failure: unknown, { waves }: Done, deadline: Deadline): unknown {
  const request = stopRequestOf(deadline);
  const names = waves.flatMap((wave) => (wave.isPlaced ? wave.names : []));
  if (request === null || names.length === 0 || !(failure instanceof Refusal) || !isStop(failure)) return failure;
  return stopped(request, `the wave ${names.join(", ")} is in place, and nothing else was changed`);
}

function isRun(error: unknown, { isLocked, recovered, isRechecked }: Done, { recheck }: ApplyOptions): boolean {
  if (isLocked !== true) return recheck === undefined && !(error instanceof Refusal && error.code === "locked");
  // A run that waits for its confirmation keeps its report.
  if (recovered?.failure?.code === "locked") return false;
  return isRechecked === true || recovered?.recovery !== null || recovered.failure !== null;
}

function waitForLock({ root, lockWaitMs, deadline }: ApplyOptions): Promise<Lock> {
  return takeLock(root, Math.min(lockWaitMs, deadline.remainingMs()), deadline.signal);
}
