// Whether a machine is still what it was when a plan was made for it. Pure.

import { Refusal, type Problem } from "../refusal.ts";
import type { Facts, InstanceFacts } from "./facts.ts";
import { UNKNOWN_INSTANCE } from "./unknown-instance.ts";

/** The facts that IMDS must be asked for to tell: those that the plan knew. */
export function knownInstanceFacts(facts: Facts): readonly (keyof InstanceFacts)[] {
  return (Object.keys(UNKNOWN_INSTANCE) as (keyof InstanceFacts)[]).filter((name) => facts[name] !== null);
}

const FIX = "Nothing was changed. Make a new plan on this machine: parbake plan --json > FILE.";

/** What the catalogue says of this machine's type too. */
const OF_TYPE: readonly string[] = ["network", "cpuBaselinePercent"] satisfies (keyof Facts)[];

/** @throws Refusal `config` where the facts were predicted: of a type or a size, not of a machine */
export function refusePredicted({ origins, instanceType }: Facts): void {
  const predicted = Object.entries(origins).find(
    ([name, { source }]) =>
      source === "stand-in" || source === "option" || (source === "catalogue" && !OF_TYPE.includes(name)),
  );
  if (!predicted) return;
  throw new Refusal("config", {
    what: `the plan was made for ${instanceType ?? "some machine"} out of the catalogue, not for this machine`,
    fix: FIX,
  });
}

/** @throws Refusal `config` with every fact that is another now */
export function refuseOtherFacts(then: Facts, now: Facts): void {
  const known = new Set<string>(knownInstanceFacts(then));
  const problems: Problem[] = [];
  for (const name of Object.keys(now) as (keyof Facts)[]) {
    // The plan did not know the other facts of the instance; an older plan did not know GPUs either.
    const isUnknown = name in UNKNOWN_INSTANCE ? !known.has(name) : name === "gpus" && then.gpus === null;
    if (name === "origins" || OF_TYPE.includes(name) || isUnknown) continue;
    const [before, after] = [show(then[name]), show(now[name])];
    if (before !== after)
      problems.push({ what: `the plan was made for ${name} ${before}, and it is ${after} here`, fix: FIX });
  }
  if (problems.length > 0) throw new Refusal("config", problems);
}

// Keys in order, so that two equal values are two equal texts.
function show(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(sorted(value));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, item]) => [name, sorted(item)]));
}
