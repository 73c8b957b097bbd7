// From the image and a machine to the plan, as `apply`, `plan` and `check` do it alike.

import { listCarried } from "../carried.ts";
import type { Part } from "../cli/invocation.ts";
import { groupProblems, typesDocument, type Outcome } from "../cli/outcome.ts";
import type { Image } from "../config/read/read-config.ts";
import type { Facts, InstanceFacts } from "../facts/facts.ts";
import type { ImdsClient } from "../facts/imds/imds-client.ts";
import { findOtherArchitecture } from "../facts/other-architecture.ts";
import { type BuiltPlan, buildPlan } from "../plan/build-plan.ts";
import type { Plan } from "../plan/plan.ts";
import { selectSteps } from "../plan/select-steps.ts";
import { wantedFacts } from "../plan/wanted-facts.ts";
import { compileBy } from "../process/v8-flags.ts";
import { Refusal, type RefusalCode } from "../refusal.ts";
import { gatherHere, withTuned } from "./machine.ts";
import { namePredicted } from "./predict-machines.ts";
import type { Session } from "./session.ts";

/** @param more facts of the instance that are asked for beside those that the plan depends on */
export async function gatherFor(
  { config, templates }: Image,
  session: Session,
  imds: ImdsClient | null,
  more: readonly (keyof InstanceFacts)[] = [],
): Promise<Facts> {
  const wanted = new Set([...wantedFacts(config, templates), ...more]);
  const facts = await gatherHere(session, imds, config.imds, [...wanted]);
  const profiles = config.apps.map(({ profile }) => profile);
  return withTuned(facts, profiles, session.options.root);
}

/** The image on each of these machines that do not exist yet, whether it can be there or not. */
export function planEach(image: Image, machines: readonly Facts[], only: Part | null): readonly Planned[] {
  if (machines.length > 1) compileBy("all");
  return machines.map((facts) => ({ type: namePredicted(facts), facts, ...planOne(image, facts, only) }));
}

export interface Planned extends Outcome {
  /** That the run ends with. Null: there are no problems. */
  readonly code: RefusalCode | null;
}

function planOne(image: Image, facts: Facts, only: Part | null): Omit<Planned, "type" | "facts"> {
  const others = findOtherArchitecture(image.config, facts);
  if (others.length > 0) return { plan: null, problems: others, ofMachine: [], code: "config" };
  const built = buildFor(image, facts);
  if (built.kind === "refused") return { ...built, plan: null };
  return { plan: selectSteps(built.plan, only), problems: [], ofMachine: [], code: null };
}

/**
 * @param unasked why it is about a machine that nobody has asked for; null: somebody has
 * @throws Refusal with the problems of all the machines, each told once
 */
export function refuseProblems(planned: readonly Planned[], unasked: string | null = null): void {
  const code = planned.find((each) => each.code !== null)?.code ?? null;
  if (code === null) return;
  throw new Refusal(code, groupProblems(planned, unasked), { document: { types: typesDocument(planned) } });
}

export function buildFor({ config, templates }: Image, facts: Facts): BuiltPlan {
  return buildPlan({ config, facts, templates, listReady });
}

function listReady(): string[] {
  return listCarried("templates").map((path) => path.slice("templates/".length));
}

/** @throws Refusal with every problem that DECIDE found */
export function planFor(image: Image, facts: Facts): Plan {
  const result = buildFor(image, facts);
  if (result.kind === "refused") throw new Refusal(result.code, result.problems);
  return result.plan;
}
