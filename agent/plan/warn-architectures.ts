// A list of instance types that no single image can run on: an image has one architecture. Pure.

import type { Config } from "../config/config.ts";
import type { Facts } from "../facts/facts.ts";
import { matchesType } from "../names/match-type.ts";
import { declaredAt, type Problem } from "../refusal.ts";

type OfType = Pick<Facts, "architecture" | "instanceType">;

/** How many types of each architecture are named. */
const MOST_EXAMPLES = 3;

/**
 * Where `architectures` says something, those that it lacks are refused, and whoever names both has an image of each.
 * @param launches one for each type that launchOn means, in its order
 */
export function warnArchitectures(
  { architectures, launchOn }: Pick<Config, "architectures" | "launchOn">,
  launches: readonly OfType[],
): Problem[] {
  const groups = [...Map.groupBy(launches, ({ architecture }) => architecture)];
  const [first, second] = groups;
  if (architectures.length > 0 || first === undefined || second === undefined) return [];
  const stranger = second[1][0]?.instanceType ?? "";
  return [
    {
      what: `launchOn means types of ${groups.map(describe).join(" and of ")}, and an image has one architecture`,
      fix:
        `Write architectures: [${first[0]}] or [${second[0]}], and take the types of the other out of launchOn; ` +
        `a config for an image of each says architectures: [${first[0]}, ${second[0]}].`,
      ...declaredAt(launchOn.find(({ pattern }) => matchesType(pattern, stranger))?.at),
    },
  ];
}

function describe([architecture, all]: readonly [string, readonly OfType[]]): string {
  const examples = all.slice(0, MOST_EXAMPLES).map(({ instanceType }) => instanceType);
  return `${architecture} (${[...examples, ...(all.length > MOST_EXAMPLES ? ["…"] : [])].join(", ")})`;
}
