// `parbake plan`, which is `apply --dry-run`: the very value that apply performs, printed.

import { inspectPlan } from "../apply/inspect.ts";
import type { Command, Part } from "../cli/invocation.ts";
import { formatPlan, formatPlans, planDocument, type InspectedPlan } from "../cli/print-plan.ts";
import type { Facts } from "../facts/facts.ts";
import type { ImdsClient } from "../facts/imds-client.ts";
import { buildPlan } from "../plan/build-plan.ts";
import type { Plan } from "../plan/plan.ts";
import { wantedFacts } from "../plan/wanted-facts.ts";
import { selectSteps } from "../plan/select-steps.ts";
import { Refusal, type Problem } from "../refusal.ts";
import { readImage, type Image } from "./image.ts";
import { gatherHere, needsNetwork, openImds, predictMachines, withNetwork } from "./machine.ts";
import type { Session } from "./session.ts";

type PlanCommand = Extract<Command, { kind: "plan" }>;

export async function runPlan(command: PlanCommand, session: Session): Promise<number> {
  const { options, paint } = session;
  const plans = await plansFor(command, session);
  const inspected: InspectedPlan[] = plans.map((plan) => ({ plan, changes: inspectPlan(plan, options.root) }));
  const [only] = inspected;
  if (options.json) session.emit(planDocument(inspected));
  else
    session.say(
      inspected.length === 1 ? formatPlan(only!, command.diff, paint) : formatPlans(inspected, command.diff, paint),
    );
  const isChange = inspected.some(({ changes }) =>
    changes.some(({ change }) => change !== "unchanged" && change !== "present"),
  );
  return command.detailedExitcode && isChange ? 2 : 0;
}

async function plansFor({ target, only }: PlanCommand, session: Session): Promise<readonly Plan[]> {
  if (target.kind !== "here") return planMachines(readImage(session.options), predictMachines(target), only);
  const imds = await openImds(session);
  try {
    return [await planHere(readImage(session.options), only, session, imds)];
  } finally {
    imds?.close();
  }
}

/** The plan that `apply` performs and `plan` prints. */
export async function planHere(
  image: Image,
  only: Part | null,
  session: Session,
  imds: ImdsClient | null,
): Promise<Plan> {
  const { config, templates } = image;
  const facts = await gatherHere(session, imds, config.imds, wantedFacts(config, templates));
  const isNetworkWanted = needsNetwork(config.apps.map(({ profile }) => profile));
  return selectSteps(planFor(image, isNetworkWanted ? withNetwork(facts) : facts), only);
}

/** @throws Refusal with the problems of all the machines, each told once */
export function planMachines(image: Image, machines: readonly Facts[], only: Part | null): readonly Plan[] {
  const plans: Plan[] = [];
  const refusals: Refusal[] = [];
  for (const facts of machines) {
    try {
      plans.push(selectSteps(planFor(image, facts), only));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      refusals.push(machines.length === 1 ? error : nameMachine(error, facts.instanceType));
    }
  }
  if (refusals.length === 0) return plans;
  throw new Refusal(refusals[0]!.code, refusals.flatMap(({ problems }) => problems).filter(isFirst));
}

// What is wrong with a template is wrong on every machine: the machine is named only where it matters.
function nameMachine(refusal: Refusal, instanceType: string | null): Refusal {
  if (refusal.code !== "config") return refusal;
  return new Refusal(
    refusal.code,
    refusal.problems.map((problem) => ({ ...problem, what: `on ${instanceType}: ${problem.what}` })),
  );
}

function isFirst(problem: Problem, index: number, all: readonly Problem[]): boolean {
  return (
    all.findIndex(
      ({ what, at }) => what === problem.what && at?.line === problem.at?.line && at?.file === problem.at?.file,
    ) === index
  );
}

/** @throws Refusal with every problem that DECIDE found */
export function planFor({ config, templates }: Image, facts: Facts): Plan {
  const result = buildPlan({ config, facts, templates });
  if (result.kind === "refused") throw new Refusal(result.code, result.problems);
  return result.plan;
}
