// `parbake apply`: the main job.

import { applyPlan } from "../apply/apply-plan.ts";
import { leaveOutcome } from "../apply/leave-outcome.ts";
import { LOCK_WAIT_MS } from "../apply/state/lock.ts";
import { forgetTakenBack } from "../apply/state/taken-back.ts";
import { runsAsUnit } from "../apply/units/unit-actions.ts";
import { formatReport } from "../cli/print/print-report.ts";
import { endWithin, keepTime } from "../deadline.ts";
import type { Ending } from "../ending.ts";
import { runCommand } from "../host/run-command.ts";
import { VERSIONS } from "../process/version.ts";
import type { Report } from "../report/report.ts";
import { NO_RESULTS, RunRecord } from "../report/run-record.ts";
import { orStopped } from "../stop.ts";
import type { ApplyCommand, Made, Run } from "./apply-run.ts";
import { findBake } from "./bake.ts";
import { openImds } from "./machine.ts";
import { keepMachine } from "./note-machine.ts";
import { openTrial, refuseWithoutSystemd } from "./open-trial.ts";
import { planHere } from "./plan-here.ts";
import type { Session } from "./session.ts";
import { beginStage, showingCommands } from "./show-waits.ts";
import { takeSaved } from "./take-saved.ts";

export async function runApply(command: ApplyCommand, { deadline, ...given }: Session): Promise<Ending> {
  if (command.confirmMs !== null) refuseWithoutSystemd();
  const { options } = given;
  const { actingMs, wayBackMs } = keepTime(options.deadlineMs);
  const acting = endWithin(deadline, options.deadlineMs - wayBackMs);
  const session = { ...given, deadline: endWithin(acting, options.deadlineMs - wayBackMs - actingMs) };
  const record = new RunRecord(VERSIONS, (stage) => beginStage(stage, session, acting));
  const imds =
    findBake(command, session) === null ? await openImds(session, () => record.retries.imds++, record.timeStep) : null;
  const run: Run = { command, session, acting, record, imds };
  try {
    const report = await (command.planFile === null ? applyHere(run) : applySaved(command.planFile, run));
    if (options.json) session.emit(report);
    else session.say(report, formatReport);
    // What a person applies is what they want, of what was taken back too.
    if (isWatched(run) && options.root === "/") forgetTakenBack(options.root);
    return "done";
  } finally {
    keepMachine(record, options.root, given.log);
    imds?.close();
  }
}

/** Whether a person started the whole of it. */
function isWatched({ command, session }: Run): boolean {
  return command.only === null && !runsAsUnit(session.environment, process.pid);
}

async function applyHere(run: Run): Promise<Report> {
  const { session, record } = run;
  let metrics: string | null = null;
  const setMetrics = (path: string | null) => {
    metrics = path;
  };
  const made = await Promise.race([planHere(run, setMetrics), session.overrun]).catch((error: unknown) => {
    // A run that never came to its files is a run, too.
    const failure = orStopped(error, session.deadline);
    leaveOutcome(session.options.root, record.finish(NO_RESULTS, failure), metrics, session.log);
    throw failure;
  });
  return perform(made, run);
}

/** What stands in the way of a saved plan before it begins is told to whoever gave it: for the machine, it was no run. */
async function applySaved(file: string, run: Run): Promise<Report> {
  return perform(await Promise.race([takeSaved(file, run), run.session.overrun]), run);
}

async function perform({ plan, whole, source, metrics, bake, recheck }: Made, run: Run): Promise<Report> {
  const { command, session, acting, record } = run;
  const { options, end, overrun, log } = session;
  const trial = command.confirmMs === null ? null : await openTrial(command.confirmMs, session);
  if (bake !== null) log("info", `this is a bake (${bake.by}): no secret is fetched, and IMDS is not asked`);
  try {
    return await applyPlan(plan, {
      root: options.root,
      deadline: acting,
      wayBack: end,
      overrun,
      log,
      joiningMs: session.joiningMs,
      lockWaitMs: LOCK_WAIT_MS,
      fetchSecret: (step) => source.fetchSecret(step),
      describeSecret: (step) => source.describeSecret(step),
      force: command.force,
      run: showingCommands(runCommand, session.progress),
      time: record.timeStep,
      noBlock: runsAsUnit(session.environment, process.pid),
      versions: VERSIONS,
      record,
      metrics,
      bake,
      policy: { strict: command.strict, forbidden: command.validators ? null : "--no-validators" },
      ...(whole && { whole }),
      ...(recheck && { recheck }),
      ...(trial && { startTrial: trial.start }),
    });
  } catch (error) {
    await trial?.giveUp();
    throw error;
  } finally {
    source.close();
  }
}
