// What this instance is, from IMDS: all reads at once, absence is not an error, and a value of the wrong form is refused.

import type { Problem } from "../refusal.ts";
import type { InstanceFacts, Origin } from "./facts.ts";
import { fetchTags } from "./fetch-tags.ts";
import type { ImdsClient } from "./imds/imds-client.ts";
import { refuseValues } from "./imds/imds-problems.ts";
import { READS, type Read } from "./instance-reads.ts";
import { UNKNOWN_INSTANCE } from "./unknown-instance.ts";

export type InstanceFact = keyof InstanceFacts;

const ALL = Object.keys(UNKNOWN_INSTANCE).filter((name): name is InstanceFact => name in UNKNOWN_INSTANCE);

export interface Instance {
  readonly facts: InstanceFacts;
  readonly origins: Readonly<Record<string, Origin>>;
}

/** @param wanted a boot asks only for what its config and templates use; the other facts stay null */
export async function gatherInstance(client: ImdsClient, wanted: readonly InstanceFact[] = ALL): Promise<Instance> {
  const found = await Promise.all(wanted.map((fact) => gatherFact(client, fact)));
  const problems = found.flatMap(({ problem }) => problem ?? []);
  if (problems.length > 0) throw refuseValues(problems);
  const known = found.filter(({ value }) => value !== null);
  return {
    facts: { ...UNKNOWN_INSTANCE, ...Object.fromEntries(known.map(({ fact, value }) => [fact, value])) },
    origins: Object.fromEntries(known.map(({ fact, origin }) => [fact, origin])),
  };
}

interface Found {
  readonly fact: InstanceFact;
  readonly value: InstanceFacts[InstanceFact];
  readonly origin: Origin;
  readonly problem: Problem | null;
}

async function gatherFact(client: ImdsClient, fact: InstanceFact): Promise<Found> {
  const startMs = performance.now();
  const { value, problem, path } = await (fact === "tags" ? fetchTags(client) : fetchFirst(client, READS[fact]));
  const tookMs = performance.now() - startMs;
  return { fact, value, problem, origin: { source: "imds", detail: path, tookMs } };
}

interface Value {
  readonly path: string;
  readonly value: InstanceFacts[InstanceFact];
  readonly problem: Problem | null;
}

/** The first of the paths that is there. */
async function fetchFirst(client: ImdsClient, { paths, read }: Read): Promise<Value> {
  for (const path of paths) {
    const text = await client.fetch(path);
    if (text !== null) return { path, ...read(path, text) };
  }
  return { path: paths[0], value: null, problem: null };
}
