// From the image and a machine to the plan, as `apply`, `plan` and `check` do it alike.

import type { Part } from "../cli/invocation.ts";
import type { Image } from "../config/read/read-config.ts";
import type { Facts, InstanceFacts } from "../facts/facts.ts";
import type { ImdsClient } from "../facts/imds/imds-client.ts";
import { type BuiltPlan, buildPlan } from "../plan/build-plan.ts";
import type { Plan } from "../plan/plan.ts";
import { selectSteps } from "../plan/select-steps.ts";
import { wantedFacts } from "../plan/wanted-facts.ts";
import { compileBy } from "../process/v8-flags.ts";
import { Refusal, type Problem } from "../refusal.ts";
import { gatherHere, withTuned } from "./machine.ts";
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

/**
 * @param name what a machine is called where the image does not fit on it; null: whoever asked for it knows
 * @throws Refusal with the problems of all the machines, each told once
 */
export function planMachines(
  image: Image,
  machines: readonly Facts[],
  only: Part | null,
  name: ((facts: Facts) => string) | null = machines.length === 1 ? null : ({ instanceType }) => `${instanceType}`,
): readonly Plan[] {
  if (machines.length > 1) compileBy("all");
  const built = machines.map((facts) => ({ facts, ...build(image, facts) }));
  const refused = built.filter((each) => each.kind === "refused");
  const [first] = refused;
  if (first !== undefined)
    throw new Refusal(
      first.code,
      refused.flatMap(({ facts, problems, ofMachine }) =>
        problems.map((problem) =>
          name !== null && ofMachine.includes(problem) ? addMachine(problem, name(facts)) : problem,
        ),
      ),
    );
  return built.flatMap((each) => (each.kind === "plan" ? [selectSteps(each.plan, only)] : []));
}

function addMachine(problem: Problem, machine: string): Problem {
  return { ...problem, what: `on ${machine}: ${problem.what}` };
}

function build({ config, templates }: Image, facts: Facts): BuiltPlan {
  return buildPlan({ config, facts, templates });
}

/** @throws Refusal with every problem that DECIDE found */
export function planFor(image: Image, facts: Facts): Plan {
  const result = build(image, facts);
  if (result.kind === "refused") throw new Refusal(result.code, result.problems);
  return result.plan;
}
