// Which of the instance's facts a plan can depend on, so that a boot asks IMDS for no more. Pure.

import type { Config } from "../config/config.ts";
import type { InstanceFacts } from "../facts/facts.ts";
import { UNKNOWN_INSTANCE } from "../facts/unknown-instance.ts";
import { sourcesOf } from "../template/tree/find-partials.ts";

type InstanceFact = keyof InstanceFacts;

const ALL = Object.keys(UNKNOWN_INSTANCE) as InstanceFact[];

/** The instance type always; the region where a secret has none of its own; and every fact that a template may print. */
export function wantedFacts(config: Config, templates: ReadonlyMap<string, string | null>): readonly InstanceFact[] {
  const sources = sourcesOf(
    config.files.map(({ template }) => template),
    templates,
  );
  // `{{#with facts}}` and `{{#each facts}}` reach facts that they do not name.
  if (sources.some((source) => /\bfacts\b(?!\.\w)/.test(source))) return ALL;
  const named = new Set(sources.flatMap((source) => [...source.matchAll(/\bfacts\.(\w+)/g)].map(([, name]) => name)));
  const needsRegion = config.secrets.some(({ region }) => region === null);
  return ALL.filter((fact) => fact === "instanceType" || named.has(fact) || (fact === "region" && needsRegion));
}
