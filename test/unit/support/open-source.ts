// A source of secrets that asks an emulator, with what a test wants to see of it: what was logged, how often credentials were fetched.

import assert from "node:assert/strict";
import { inspect } from "node:util";
import type { Credentials } from "../../../agent/aws/credentials.ts";
import type { CallRegion } from "../../../agent/aws/route/call-region.ts";
import {
  createSecretsSource,
  type SecretsSource,
  type SecretsSourceOptions,
} from "../../../agent/aws/secrets-manager/secrets-manager.ts";
import { startDeadline } from "../../../agent/deadline.ts";
import type { SecretKey, SecretStep } from "../../../agent/plan/plan.ts";
import { Refusal } from "../../../agent/refusal.ts";
import { ROLE_CREDENTIALS } from "../../../scripts/emulator/world.ts";

export const CANARY = "hunter2-canary";

export const VALID: Credentials = {
  accessKeyId: ROLE_CREDENTIALS.accessKeyId,
  secretAccessKey: ROLE_CREDENTIALS.secretAccessKey,
  sessionToken: ROLE_CREDENTIALS.token,
};

export interface OpenSource {
  readonly source: SecretsSource;
  readonly said: readonly string[];
  readonly credentialFetches: () => number;
}

type OpenOptions = Partial<Omit<SecretsSourceOptions, "region">> & {
  readonly deadlineMs?: number;
  /** Text: the instance's. */
  readonly region?: string | null | CallRegion;
};

export function openSource(
  endpoint: string | null,
  { deadlineMs = 10_000, region = "eu-west-1", ...options }: OpenOptions = {},
): OpenSource {
  const said: string[] = [];
  let fetches = 0;
  const { fetchCredentials = async () => VALID } = options;
  const source = createSecretsSource({
    region: typeof region === "object" && region !== null ? region : { region, variable: null },
    deadline: startDeadline(deadlineMs),
    settings: { useFipsEndpoint: false, useDualstackEndpoint: false, ...(endpoint === null ? {} : { endpoint }) },
    log: (level, message, fields) => {
      said.push(inspect([level, message, fields]));
      assert.ok(!said.at(-1)!.includes(CANARY), "a log line holds the secret");
    },
    ...options,
    fetchCredentials: () => {
      fetches++;
      return fetchCredentials();
    },
  });
  return { source, said, credentialFetches: () => fetches };
}

export function keyOf(key: string, rest: Partial<SecretKey> = {}): SecretKey {
  return { key, path: null, owner: "root", group: null, mode: 0o400, ...rest };
}

export function stepOf(id: string, rest: Partial<SecretStep> = {}): SecretStep {
  return { kind: "secret", name: "db", id, region: null, keys: [keyOf("password")], ...rest };
}

export async function valueOf(source: SecretsSource, step: SecretStep): Promise<string> {
  const { values } = await source.fetchSecret(step);
  return values.get(step.keys[0]!.key)!.reveal().toString("utf8");
}

/** The refusal, in which nothing of the secret is. */
export async function refusalOf(promise: Promise<unknown>): Promise<Refusal> {
  const error = await promise.then(
    () => assert.fail("not refused"),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof Refusal, String(error));
  assert.ok(!inspect(error, { depth: null, showHidden: true }).includes(CANARY));
  return error;
}
