// `parbake plan`, which is `apply --dry-run`: the very value that apply performs, printed.

import { warnRunning } from "../apply/units/warn-running.ts";
import { accessFailure, type SecretAccess } from "../aws/secret-access.ts";
import type { Command } from "../cli/invocation.ts";
import { formatAccess } from "../cli/print/print-access.ts";
import { formatPlan, isChange, type InspectedPlan, type ShowPlan } from "../cli/print/print-plan.ts";
import { formatUnfinished, type Unfinished } from "../cli/print/print-unfinished.ts";
import { loadDiff } from "../cli/print/unified-diff.ts";
import { describeStage, showing } from "../cli/progress.ts";
import type { Paint } from "../cli/text.ts";
import type { Config } from "../config/config.ts";
import { readConfig, type Image } from "../config/read/read-config.ts";
import type { Ending } from "../ending.ts";
import type { Facts } from "../facts/facts.ts";
import { withStandIns } from "../facts/stand-ins.ts";
import { runCommand } from "../host/run-command.ts";
import { findUnfinishedRuns } from "../inspect/unfinished-runs.ts";
import { selectSteps } from "../plan/select-steps.ts";
import { formatProblem, Refusal, type Problem } from "../refusal.ts";
import { findBake, findBakeOf, withoutImds } from "./bake.ts";
import { checkPlanAccess } from "./check-access.ts";
import { documentPlans, hasChanges, inspect } from "./inspected-plan.ts";
import { leavingJunit, type TellOutcomes } from "./leave-junit.ts";
import { lookUpVersions } from "./look-up-versions.ts";
import { openImds } from "./machine.ts";
import { gatherFor, planFor } from "./make-plan.ts";
import { warnOfEnvironment } from "./open-secrets.ts";
import { planOthers } from "./plan-others.ts";
import { predictElsewhere, predictMachines } from "./predict-machines.ts";
import type { Session } from "./session.ts";

type PlanCommand = Extract<Command, { kind: "plan" }>;

export async function runPlan(command: PlanCommand, session: Session): Promise<Ending> {
  return leavingJunit(command.junit, "parbake.plan", async (tell) => {
    const image = readConfig(session.options.configFile, session.options.root, session.inputs);
    const machines = chooseMachines(command, image.config, session);
    return machines === null
      ? planHere(command, image, session, tell)
      : planOthers(command, image, machines, session, tell);
  });
}

/** Null: this machine. */
function chooseMachines(command: PlanCommand, config: Config, session: Session) {
  const { machine, checkAccess } = command;
  if (machine.kind !== "here") return predictMachines(machine);
  const isBake = session.options.root !== "/" || findBake(command, session) !== null;
  return predictElsewhere(config, isBake && !checkAccess);
}

async function planHere(command: PlanCommand, image: Image, session: Session, tell: TellOutcomes): Promise<Ending> {
  const found = await inspectHere(command, image, session);
  const { inspected, unfinished, access } = found;
  const { plan } = inspected;
  tell([{ type: plan.facts.instanceType ?? "here", facts: plan.facts, plan, problems: [], ofMachine: [] }]);
  if (session.options.json)
    session.emit({ ...documentPlans([inspected], image, session), ...unfinished, ...(access && { access }) });
  else {
    const show = { computeDiff: command.diff ? await loadDiff() : null, all: command.all };
    session.say(found, (all, paint) => format(all, show, paint));
  }
  const failure = access === null ? null : accessFailure(access);
  if (failure !== null) return failure;
  // What a run that was cut short has left, apply is to finish or to take back.
  const isLeft = unfinished.interruptions.length > 0;
  return command.detailedExitcode && (isLeft || hasChanges(inspected)) ? "differs" : "done";
}

function format({ inspected, unfinished, access }: Inspection, show: ShowPlan, paint: Paint): string {
  const left = formatUnfinished(unfinished, paint);
  const plan = formatPlan(inspected, show, paint);
  return [left, plan, access === null ? "" : formatAccess(access, paint)].join("");
}

interface Inspection {
  readonly inspected: InspectedPlan;
  readonly unfinished: Unfinished;
  /** Null: not asked for. */
  readonly access: readonly SecretAccess[] | null;
}

async function inspectHere(command: PlanCommand, image: Image, session: Session): Promise<Inspection> {
  // Who asks AWS about access does so from anywhere, unless a bake is told.
  const bake = command.checkAccess ? findBake(command, session) : findBakeOf(image.config, command, session);
  if (bake !== null && command.checkAccess) throw new Refusal("usage", noAccess(bake));
  const imds = bake === null ? await openImds(session) : null;
  try {
    const known = bake === null ? image : withoutImds(image);
    const gather = () => gatherFor(known, session, imds, session.options.json ? ["instanceId"] : []);
    const facts = await showing(session.progress, describeStage("facts"), gather);
    const plan = selectSteps(planFor(image, bake === null ? facts : withStandIns(facts)), command.only);
    for (const warning of warnOfEnvironment(plan, session)) session.log("warn", formatProblem(warning));
    const { aws } = image.config;
    const versions = bake === null ? await lookUpVersions(plan, aws, session, imds) : undefined;
    const whole = inspect(plan, image, session.options.root, versions);
    const inspected = bake === null ? whole : await leaveRemovals(whole, bake, image, facts, session);
    await tellRunning(inspected, session);
    return {
      unfinished: tellUnfinished(session),
      inspected,
      access: command.checkAccess ? await checkPlanAccess(plan, aws, session, imds) : null,
    };
  } finally {
    imds?.close();
  }
}

async function leaveRemovals(
  whole: InspectedPlan,
  by: string,
  image: Image,
  facts: Facts,
  { options }: Session,
): Promise<InspectedPlan> {
  if (whole.changes.every(({ kind }) => kind !== "removal")) return whole;
  const { planForBake, withoutRemovals } = await import("./plan-for-bake.ts");
  const { ofInstance } = planForBake(image, facts);
  return withoutRemovals(whole, { by, ofInstance }, options.root);
}

async function tellRunning({ plan, changes }: InspectedPlan, { options, log, deadline }: Session): Promise<void> {
  const changed = new Set(changes.filter(isChange).map(({ path }) => path));
  const machine = { root: options.root, run: runCommand, deadline };
  for (const warning of await warnRunning(plan.apps, changed, machine)) log("warn", formatProblem(warning));
}

function noAccess(bake: string): Problem {
  return {
    what: `--check-access asks AWS, and this is a bake (${bake}), where parbake asks nobody`,
    fix: "Run it on an instance of the image.",
  };
}

function tellUnfinished({ options, log }: Session): Unfinished {
  const { running, interruptions, trials, unreadable } = findUnfinishedRuns(options.root);
  for (const problem of unreadable) log("warn", formatProblem(problem));
  return { running, interruptions, trials };
}
