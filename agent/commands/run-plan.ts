// `parbake plan`, which is `apply --dry-run`: the very value that apply performs, printed.

import { accessFailure, type SecretAccess } from "../aws/secret-access.ts";
import type { Command } from "../cli/invocation.ts";
import { formatAccess } from "../cli/print/print-access.ts";
import { formatPlan, formatPlans, planDocument, type InspectedPlan } from "../cli/print/print-plan.ts";
import { formatUnfinished, type Unfinished } from "../cli/print/print-unfinished.ts";
import { loadDiff, type ComputeDiff } from "../cli/print/unified-diff.ts";
import { describeStage, showing } from "../cli/progress.ts";
import type { Paint } from "../cli/text.ts";
import { readConfig, type Image } from "../config/read/read-config.ts";
import type { Ending } from "../ending.ts";
import type { SecretVersions } from "../inspect/compare-secret.ts";
import { inspectPlan } from "../inspect/inspect-plan.ts";
import { observeChange } from "../inspect/saved-plan.ts";
import { findUnfinishedRuns } from "../inspect/unfinished-runs.ts";
import type { Plan } from "../plan/plan.ts";
import { selectSteps } from "../plan/select-steps.ts";
import { wantedFacts } from "../plan/wanted-facts.ts";
import { formatProblem } from "../refusal.ts";
import { checkPlanAccess } from "./check-access.ts";
import { lookUpVersions } from "./look-up-versions.ts";
import { openImds, predictMachines } from "./machine.ts";
import { gatherFor, planFor, planMachines } from "./make-plan.ts";
import { warnOfEnvironment } from "./open-secrets.ts";
import type { Session } from "./session.ts";

type PlanCommand = Extract<Command, { kind: "plan" }>;

export async function runPlan(command: PlanCommand, session: Session): Promise<Ending> {
  const { options } = session;
  const image = readConfig(session.options.configFile, session.options.root, session.inputs);
  const found = await inspectFor(command, image, session);
  const { inspected, unfinished, access } = found;
  if (options.json)
    session.emit({ ...document(inspected, image, options.root), ...unfinished, ...(access && { access }) });
  else {
    const computeDiff = command.diff ? await loadDiff() : null;
    session.say(found, (all, paint) => format(all, computeDiff, paint));
  }
  const failure = access === null ? null : accessFailure(access);
  if (failure !== null) return failure;
  // What a run that was cut short has left, apply is to finish or to take back.
  const isLeft = unfinished !== null && unfinished.interruptions.length > 0;
  return command.detailedExitcode && (isLeft || inspected.some(isChange)) ? "differs" : "done";
}

function format({ inspected, unfinished, access }: Inspection, computeDiff: ComputeDiff | null, paint: Paint): string {
  const [only, ...others] = inspected;
  const isOne = only !== undefined && others.length === 0;
  const plans = isOne ? formatPlan(only, computeDiff, paint) : formatPlans(inspected, computeDiff, paint);
  const left = unfinished === null ? "" : formatUnfinished(unfinished, paint);
  return [left, plans, access === null ? "" : formatAccess(access, paint)].join("");
}

function isChange({ changes }: InspectedPlan): boolean {
  return changes.some(({ change }) => change !== "unchanged" && change !== "present" && change !== "kept");
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

function document(inspected: readonly InspectedPlan[], { config }: Image, root: string): object {
  return planDocument(inspected, (plan, change) => observeChange(plan, change, root), config);
}

interface Inspection {
  readonly inspected: readonly InspectedPlan[];
  /** Of this machine; null: the plan is for another. */
  readonly unfinished: Unfinished | null;
  /** Null: not asked for. */
  readonly access: readonly SecretAccess[] | null;
}

async function inspectFor(command: PlanCommand, image: Image, session: Session): Promise<Inspection> {
  const { machine: choice, only } = command;
  const { root } = session.options;
  if (choice.kind !== "here") {
    const plans = planMachines(image, predictMachines(choice), only);
    return { inspected: plans.map((plan) => inspect(plan, image, root)), unfinished: null, access: null };
  }
  const imds = await openImds(session);
  try {
    const gather = () => gatherFor(image, session, imds, session.options.json ? ["instanceId"] : []);
    const facts = await showing(session.progress, describeStage("facts"), gather);
    const plan = selectSteps(planFor(image, facts), only);
    for (const warning of warnOfEnvironment(plan, session)) session.log("warn", formatProblem(warning));
    const { aws } = image.config;
    return {
      unfinished: tellUnfinished(session),
      inspected: [inspect(plan, image, root, await lookUpVersions(plan, aws, session, imds))],
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
