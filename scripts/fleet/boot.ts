// One instance of a fleet: fetches its secrets with parbake's own code, as an apply does. Decides nothing of how and when.

import { AsyncLocalStorage } from "node:async_hooks";
import type { Credentials } from "../../agent/aws/credentials.ts";
import { readClientSettings } from "../../agent/aws/route/endpoints.ts";
import { createSecretsSource, type SecretsSource } from "../../agent/aws/secrets-manager/secrets-manager.ts";
import { allGathering } from "../../agent/collect-refusals.ts";
import { startDeadline } from "../../agent/deadline.ts";
import type { SecretStep } from "../../agent/plan/plan.ts";
import { Refusal } from "../../agent/refusal.ts";
import { secretName, type Boot, type Share } from "./fleet.ts";

// Nobody awaits the file while time stands still.
import "../../agent/aws/secrets-manager/batch-secrets.ts";

interface Counter {
  calls: number;
}

const counters = new AsyncLocalStorage<Counter>();

/** Called for each request that leaves. */
export function countCall(): void {
  const counter = counters.getStore();
  if (counter) counter.calls += 1;
}

export function bootInstance(
  share: Share,
  random: () => number,
  fetchCredentials: () => Promise<Credentials>,
): Promise<Boot> {
  const counter: Counter = { calls: 0 };
  return counters.run(counter, async () => {
    const startedMs = performance.now();
    const source = openSource(share, random, fetchCredentials);
    try {
      const refusal = await fetchAll(source, share.secretsEach);
      return { startedMs, endedMs: performance.now(), calls: counter.calls, refusal };
    } finally {
      source.close();
    }
  });
}

function openSource(share: Share, random: () => number, fetchCredentials: () => Promise<Credentials>): SecretsSource {
  return createSecretsSource({
    region: { region: "eu-west-1", variable: null },
    fetchCredentials,
    settings: readClientSettings("SECRETS_MANAGER", { AWS_ENDPOINT_URL: share.endpoint }),
    deadline: startDeadline(share.deadlineMs),
    log: () => {},
    batch: share.batch,
    startJitterMs: share.startJitterMs,
    random,
  });
}

/** Null: every value is there. */
async function fetchAll(source: SecretsSource, secrets: number): Promise<string | null> {
  try {
    const steps = Array.from({ length: secrets }, (_, index) => stepOf(index));
    const fetched = await allGathering(steps, (step) => source.fetchSecret(step));
    for (const [index, { values }] of fetched.entries())
      if (values.get("password")?.reveal().toString() !== `value ${index}`) throw new Error("another value came back");
    return null;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return error.problems[0]!.what;
  }
}

function stepOf(index: number): SecretStep {
  const key = { key: "password", path: "password", owner: "root", group: null, mode: 0o400 };
  return { kind: "secret", name: `s${index}`, id: secretName(index), region: null, keys: [key] };
}
