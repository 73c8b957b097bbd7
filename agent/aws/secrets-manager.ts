// Fetches secrets from AWS Secrets Manager, retried with full jitter under the run's deadline. Never logs, prints or keeps a value.

import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  SecretsManagerClient,
  type GetSecretValueCommandOutput,
} from "@aws-sdk/client-secrets-manager";
import type { Deadline } from "../deadline.ts";
import type { Log } from "../log.ts";
import type { SecretStep } from "../plan/plan.ts";
import { Refusal } from "../refusal.ts";
import type { ClientSettings } from "./endpoints.ts";
import { judgeError } from "./error-policy.ts";
import { extractKeys } from "./extract-keys.ts";
import type { FetchedSecret } from "./fetched-secret.ts";

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

export interface SecretsSource {
  fetchSecret(step: SecretStep): Promise<FetchedSecret>;
  /** The id of the current version, without its value. Null where that can't be learnt: it is only shown, so one try is enough. */
  describeVersion(step: SecretStep): Promise<string | null>;
  close(): void;
}

export interface SecretsSourceOptions {
  readonly region: string | null;
  readonly fetchCredentials: () => Promise<Credentials>;
  readonly settings: ClientSettings;
  readonly deadline: Deadline;
  readonly log: Log;
  /** Hears of each answer that makes it ask again. */
  readonly onRetry?: () => void;
}

// Full jitter between 0 and min(cap, base × 2^n): AWS's own advice against herds that retry in step.
const BACKOFF_BASE_MS = 100;
const BACKOFF_CAP_MS = 5_000;
// Two round trips in a healthy region take tens of milliseconds; a lost packet must not cost the whole deadline.
const CONNECT_TIMEOUT_MS = 2_000;
const ANSWER_TIMEOUT_MS = 5_000;

/** One client, and so one kept-alive connection pool, for each region that is asked. */
export function createSecretsSource(options: SecretsSourceOptions): SecretsSource {
  const clients = new Map<string, SecretsManagerClient>();
  let credentials: Promise<Credentials> | null = null;
  const clientOf = (region: string): SecretsManagerClient => {
    const existing = clients.get(region);
    if (existing) return existing;
    const client = createClient(region, options.settings, () => (credentials ??= options.fetchCredentials()));
    clients.set(region, client);
    return client;
  };
  const refresh = (): void => {
    credentials = null;
    for (const client of clients.values()) client.destroy();
    clients.clear();
  };
  return {
    fetchSecret: async (step) => {
      const region = regionOf(step, options.region);
      return fetchWithRetries({ ...step, region }, () => clientOf(region), refresh, options);
    },
    describeVersion: async (step) => describeVersion(step, () => clientOf(regionOf(step, options.region)), options),
    close: refresh,
  };
}

async function describeVersion(
  { name, id }: SecretStep,
  clientOf: () => SecretsManagerClient,
  { deadline, log }: SecretsSourceOptions,
): Promise<string | null> {
  try {
    const answer = await clientOf().send(new DescribeSecretCommand({ SecretId: id }), { abortSignal: deadline.signal });
    const versions = Object.entries(answer.VersionIdsToStages ?? {});
    return versions.find(([, stages]) => stages.includes("AWSCURRENT"))?.[0] ?? null;
  } catch {
    log("debug", `secret ${name}: Secrets Manager does not tell which version is current`);
    return null;
  }
}

function createClient(
  region: string,
  settings: ClientSettings,
  credentials: () => Promise<Credentials>,
): SecretsManagerClient {
  const { certificateAuthority, ...endpoint } = settings;
  return new SecretsManagerClient({
    region,
    ...endpoint,
    credentials,
    maxAttempts: 1,
    retryMode: "standard",
    defaultsMode: "standard",
    // Their defaults, given so that the SDK does not look for them in shared config files.
    authSchemePreference: ["sigv4"],
    disableClockSkewCorrection: false,
    userAgentAppId: "parbake",
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: ANSWER_TIMEOUT_MS,
      throwOnRequestTimeout: true,
      ...(certificateAuthority ? { httpsAgent: { keepAlive: true, ca: certificateAuthority } } : {}),
    },
  });
}

/** From the config, else the ARN, else the instance. */
function regionOf(step: SecretStep, instanceRegion: string | null): string {
  const fromArn = step.id.startsWith("arn:") ? step.id.split(":")[3] : undefined;
  const region = step.region ?? (fromArn || instanceRegion);
  if (region) return region;
  const what = `secret ${step.name}: no region is known to ask for ${step.id}`;
  throw new Refusal("unavailable", { what, fix: "Let IMDS answer, or set AWS_REGION or the secret's region." });
}

type RegionalStep = SecretStep & { readonly region: string };

async function fetchWithRetries(
  step: RegionalStep,
  clientOf: () => SecretsManagerClient,
  refreshCredentials: () => void,
  { deadline, log, onRetry }: SecretsSourceOptions,
): Promise<FetchedSecret> {
  let refreshed = false;
  for (let attempt = 0; ; attempt++) {
    const outcome = await attemptFetch(step, clientOf(), deadline);
    if (outcome.kind === "fetched")
      return { versionId: outcome.answer.VersionId ?? "", values: extractKeys(step, outcome.answer) };
    const { verdict } = outcome;
    if (verdict.kind === "fatal") throw refuse(verdict.code, step, verdict.what, verdict.fix);
    if (verdict.kind === "refresh" && refreshed) {
      throw refuse(
        "permission",
        step,
        `${verdict.what}, and new ones are no better`,
        "Check the instance's clock and its role.",
      );
    }
    if (verdict.kind === "refresh") {
      onRetry?.();
      refreshed = true;
      refreshCredentials();
      continue;
    }
    const waitMs = Math.random() * Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** attempt);
    if (waitMs >= deadline.remainingMs()) {
      const what = `${verdict.what}, after ${attempt + 1} tries until the deadline`;
      throw refuse("unavailable", step, what, "Check the route to Secrets Manager: NAT, VPC endpoint, security group.");
    }
    onRetry?.();
    log("warn", `secret ${step.name}: ${verdict.what}; trying again`, {
      attempt: attempt + 1,
      waitMs: Math.round(waitMs),
    });
    await new Promise((resume) => setTimeout(resume, waitMs));
  }
}

type Attempt =
  | { readonly kind: "fetched"; readonly answer: GetSecretValueCommandOutput }
  | { readonly kind: "failed"; readonly verdict: ReturnType<typeof judgeError> };

async function attemptFetch(step: SecretStep, client: SecretsManagerClient, deadline: Deadline): Promise<Attempt> {
  try {
    const command = new GetSecretValueCommand({ SecretId: step.id });
    const answer = await client.send(command, { abortSignal: deadline.signal });
    if (answer.SecretString === undefined && answer.SecretBinary === undefined) {
      return { kind: "failed", verdict: { kind: "retry", what: "Secrets Manager gives an answer without a value" } };
    }
    return { kind: "fetched", answer };
  } catch (error) {
    // Our own: the role's credentials could not be had.
    if (error instanceof Refusal) throw error;
    return { kind: "failed", verdict: judgeError(error) };
  }
}

function refuse(code: Refusal["code"], step: RegionalStep, what: string, fix: string): Refusal {
  return new Refusal(code, { what: `secret ${step.name} (${step.id} in ${step.region}): ${what}`, fix });
}
