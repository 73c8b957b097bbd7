// `parbake plan`, which is `apply --dry-run`: the very value that apply performs, printed.

import { accessFailure, type SecretAccess } from "../aws/secret-access.ts";
import type { Command } from "../cli/invocation.ts";
import { formatAccess } from "../cli/print/print-access.ts";
import { formatPlan, formatPlans, isChange, planDocument, type InspectedPlan } from "../cli/print/print-plan.ts";
import { MOST_COLUMNS } from "../cli/print/print-tuning.ts";
import { formatUnfinished, type Unfinished } from "../cli/print/print-unfinished.ts";
import { loadDiff, type ComputeDiff } from "../cli/print/unified-diff.ts";
import { describeStage, showing } from "../cli/progress.ts";
import type { Paint } from "../cli/text.ts";
import type { Config } from "../config/config.ts";
import { readConfig, type Image } from "../config/read/read-config.ts";
import type { Ending } from "../ending.ts";
import type { Facts } from "../facts/facts.ts";
import type { SecretVersions } from "../inspect/compare-secret.ts";
import { inspectPlan } from "../inspect/inspect-plan.ts";
import { observeChange } from "../inspect/saved-plan.ts";
import { findUnfinishedRuns } from "../inspect/unfinished-runs.ts";
import type { Plan } from "../plan/plan.ts";
import { selectSteps } from "../plan/select-steps.ts";
import { wantedFacts } from "../plan/wanted-facts.ts";
import { formatProblem } from "../refusal.ts";
import { checkPlanAccess } from "./check-access.ts";
import type { TellOutcomes } from "./leave-junit.ts";
import { lookUpVersions } from "./look-up-versions.ts";
import { openImds } from "./machine.ts";
import { gatherFor, planEach, planFor, refuseProblems, type Planned } from "./make-plan.ts";
import { warnOfEnvironment } from "./open-secrets.ts";
import { predictLaunches, predictMachines } from "./predict-machines.ts";
import type { Session } from "./session.ts";

type PlanCommand = Extract<Command, { kind: "plan" }>;

export async function runPlan(command: PlanCommand, session: Session): Promise<Ending> {
  const { leavingJunit } = await import("./leave-junit.ts");
  return leavingJunit(command.junit, "parbake.plan", async (tell) => {
    const image = readConfig(session.options.configFile, session.options.root, session.inputs);
    const machines = chooseMachines(command, image.config, session);
    return machines === null
      ? planHere(command, image, session, tell)
      : planOthers(command, image, machines, session, tell);
  });
}

/** Null: this machine. A bake's own says nothing of those that the image is for. */
function chooseMachines({ machine, checkAccess }: PlanCommand, config: Config, { options }: Session) {
  if (machine.kind !== "here") return predictMachines(machine);
  const isMatrix = options.root !== "/" && config.launchOn.length > 0 && !checkAccess;
  return isMatrix ? predictLaunches(config) : null;
}

async function planHere(command: PlanCommand, image: Image, session: Session, tell: TellOutcomes): Promise<Ending> {
  const found = await inspectHere(command, image, session);
  const { inspected, unfinished, access } = found;
  const { plan } = inspected;
  tell([{ type: plan.facts.instanceType ?? "here", facts: plan.facts, plan, problems: [], ofMachine: [] }]);
  if (session.options.json)
    session.emit({ ...document([inspected], image, session), ...unfinished, ...(access && { access }) });
  else {
    const computeDiff = command.diff ? await loadDiff() : null;
    session.say(found, (all, paint) => format(all, computeDiff, paint));
  }
  const failure = access === null ? null : accessFailure(access);
  if (failure !== null) return failure;
  // What a run that was cut short has left, apply is to finish or to take back.
  const isLeft = unfinished.interruptions.length > 0;
  return command.detailedExitcode && (isLeft || hasChanges(inspected)) ? "differs" : "done";
}

function format({ inspected, unfinished, access }: Inspection, computeDiff: ComputeDiff | null, paint: Paint): string {
  const left = formatUnfinished(unfinished, paint);
  const plan = formatPlan(inspected, computeDiff, paint);
  return [left, plan, access === null ? "" : formatAccess(access, paint)].join("");
}

/** Machines that do not exist yet. What can be planned is shown before it is refused for what can't. */
async function planOthers(
  command: PlanCommand,
  image: Image,
  machines: readonly Facts[],
  session: Session,
  tell: TellOutcomes,
): Promise<Ending> {
  const planned = planEach(image, machines, command.only);
  tell(planned);
  const plans = planned.flatMap(({ plan }) => (plan === null ? [] : [plan]));
  const inspected = plans.map((plan) => inspect(plan, image, session.options.root));
  if (!session.options.json) await sayOthers(command, planned, inspected, session);
  refuseProblems(planned);
  if (session.options.json) session.emit(document(inspected, image, session));
  return command.detailedExitcode && inspected.some(hasChanges) ? "differs" : "done";
}

async function sayOthers(
  { diff }: PlanCommand,
  planned: readonly Planned[],
  inspected: readonly InspectedPlan[],
  { say }: Session,
): Promise<void> {
  const computeDiff = diff ? await loadDiff() : null;
  const [only] = inspected;
  const isWhole = inspected.length === planned.length;
  if (planned.length === 1) {
    if (only) say(only, (plan, paint) => formatPlan(plan, computeDiff, paint));
  } else if (isWhole && planned.length <= MOST_COLUMNS) {
    say(inspected, (plans, paint) => formatPlans(plans, computeDiff, paint));
  } else {
    const { formatPlanMatrix } = await import("../cli/print/print-plan-matrix.ts");
    say({ planned, inspected }, (all, paint) => formatPlanMatrix(all.planned, all.inspected, computeDiff, paint));
  }
}

function hasChanges({ changes }: InspectedPlan): boolean {
  return changes.some(isChange);
}

function inspect(
  plan: Plan,
  { config, templates }: Image,
  root: string,
  versions: SecretVersions = new Map(),
): InspectedPlan {
  const isStandIn = (name: string) => plan.facts.origins[name]?.source === "stand-in";
  return {
    plan,
    changes: inspectPlan(plan, root, versions),
    standIns: wantedFacts(config, templates).filter(isStandIn),
  };
}

function document(inspected: readonly InspectedPlan[], { config }: Image, { options }: Session): object {
  return planDocument(inspected, (plan, change) => observeChange(plan, change, options.root), config);
}

interface Inspection {
  readonly inspected: InspectedPlan;
  readonly unfinished: Unfinished;
  /** Null: not asked for. */
  readonly access: readonly SecretAccess[] | null;
}

async function inspectHere(command: PlanCommand, image: Image, session: Session): Promise<Inspection> {
  const imds = await openImds(session);
  try {
    const gather = () => gatherFor(image, session, imds, session.options.json ? ["instanceId"] : []);
    const facts = await showing(session.progress, describeStage("facts"), gather);
    const plan = selectSteps(planFor(image, facts), command.only);
    for (const warning of warnOfEnvironment(plan, session)) session.log("warn", formatProblem(warning));
    const { aws } = image.config;
    return {
      unfinished: tellUnfinished(session),
      inspected: inspect(plan, image, session.options.root, await lookUpVersions(plan, aws, session, imds)),
      access: command.checkAccess ? await checkPlanAccess(plan, aws, session, imds) : null,
    };
  } finally {
    imds?.close();
  }
}

function tellUnfinished({ options, log }: Session): Unfinished {
  const { running, interruptions, unreadable } = findUnfinishedRuns(options.root);
  for (const problem of unreadable) log("warn", formatProblem(problem));
  return { running, interruptions };
}
