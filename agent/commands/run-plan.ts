// `parbake plan`, which is `apply --dry-run`: the very value that apply performs, printed.

import { inspectPlan, type SecretVersions } from "../apply/inspect.ts";
import { readManaged, type ManagedRecord } from "../apply/managed.ts";
import { saveChanges } from "../apply/saved-plan.ts";
import type { Command, Part } from "../cli/invocation.ts";
import { formatPlan, formatPlans, planDocument, type InspectedPlan } from "../cli/print-plan.ts";
import { describeStage, showing } from "../cli/progress.ts";
import type { Facts, InstanceFacts } from "../facts/facts.ts";
import type { ImdsClient } from "../facts/imds-client.ts";
import { buildPlan } from "../plan/build-plan.ts";
import type { Plan } from "../plan/plan.ts";
import { wantedFacts } from "../plan/wanted-facts.ts";
import { selectSteps } from "../plan/select-steps.ts";
import { Refusal, type Problem } from "../refusal.ts";
import { readImage, type Image } from "./image.ts";
import { gatherHere, needsNetwork, openImds, predictMachines, withNetwork } from "./machine.ts";
import { fetchRunCredentials, openSecrets } from "./open-secrets.ts";
import type { Session } from "./session.ts";

type PlanCommand = Extract<Command, { kind: "plan" }>;

export async function runPlan(command: PlanCommand, session: Session): Promise<number> {
  const { options, paint } = session;
  const image = readImage(options);
  const inspected = await inspectFor(command, image, session);
  const [only] = inspected;
  if (options.json) session.emit(document(inspected, image, options.root));
  else
    session.say(
      inspected.length === 1 ? formatPlan(only!, command.diff, paint) : formatPlans(inspected, command.diff, paint),
    );
  const isChange = inspected.some(({ changes }) =>
    changes.some(({ change }) => change !== "unchanged" && change !== "present" && change !== "kept"),
  );
  return command.detailedExitcode && isChange ? 2 : 0;
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

function document(inspected: readonly InspectedPlan[], { config }: Image, root: string): unknown {
  const saved = inspected.map(({ plan, changes }) => saveChanges(plan, changes, root));
  return planDocument(inspected, saved, config.metrics);
}

async function inspectFor(
  { target, only }: PlanCommand,
  image: Image,
  session: Session,
): Promise<readonly InspectedPlan[]> {
  const { root } = session.options;
  if (target.kind !== "here")
    return planMachines(image, predictMachines(target), only).map((plan) => inspect(plan, image, root));
  const imds = await openImds(session);
  try {
    const gather = () => gatherFor(image, session, imds, session.options.json ? ["instanceId"] : []);
    const facts = await showing(session.progress, describeStage("facts"), gather);
    const plan = selectSteps(planFor(image, facts), only);
    return [inspect(plan, image, root, await fetchVersions(plan, session, imds))];
  } finally {
    imds?.close();
  }
}

/** Of the secrets whose files are parbake's: with them the plan tells whether a file is that of the current version. */
async function fetchVersions(plan: Plan, session: Session, imds: ImdsClient | null): Promise<SecretVersions> {
  const known = knownSecrets(readManaged(session.options.root).files);
  const steps = plan.steps.filter((step) => step.kind === "secret").filter(({ name }) => known.has(name));
  if (steps.length === 0) return new Map();
  const source = openSecrets(session, () => fetchRunCredentials(session, imds), plan.facts.region);
  try {
    const ask = () => Promise.all(steps.map(async (step) => [step.name, await source.describeVersion(step)] as const));
    const answers = await showing(session.progress, "asking Secrets Manager which versions are current", ask);
    return new Map(answers.filter((answer): answer is readonly [string, string] => answer[1] !== null));
  } finally {
    source.close();
  }
}

function knownSecrets(files: ManagedRecord): ReadonlySet<string> {
  return new Set(
    [...files.values()].flatMap((entry) => (entry.kind === "secret" ? Object.keys(entry.versionIds) : [])),
  );
}

/** @param more facts of the instance that are asked for beside those that the plan depends on */
export async function gatherFor(
  { config, templates }: Image,
  session: Session,
  imds: ImdsClient | null,
  more: readonly (keyof InstanceFacts)[] = [],
): Promise<Facts> {
  const wanted = new Set([...wantedFacts(config, templates), ...more]);
  const facts = await gatherHere(session, imds, config.imds, [...wanted]);
  return needsNetwork(config.apps.map(({ profile }) => profile)) ? withNetwork(facts) : facts;
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
