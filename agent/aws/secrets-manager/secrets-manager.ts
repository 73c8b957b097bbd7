// AWS Secrets Manager as parbake uses it: values and descriptions, all at once over one pool, under the run's deadline. Never
// logs, prints or keeps a value.

import { wait } from "../../backoff.ts";
import type { Deadline } from "../../deadline.ts";
import type { Log } from "../../log.ts";
import type { SecretStep } from "../../plan/plan.ts";
import { UNTIMED, type TimeStep } from "../../time-step.ts";
import { createClients } from "../calls/clients.ts";
import type { Credentials } from "../credentials.ts";
import { extractKeys, hasMark, WHOLE } from "../extract-keys.ts";
import type { FetchedSecret } from "../fetched-secret.ts";
import type { CallRegion } from "../route/call-region.ts";
import type { ClientSettings } from "../route/endpoints.ts";
import type { SecretDescription } from "../secret-description.ts";
import { createBatcher, type FetchOne } from "./batch-secrets.ts";
import type { ValueAnswer } from "./check-answer.ts";
import { SECRETS_MANAGER_CLIENT, type SecretsContext } from "./client.ts";
import { describeSecret } from "./describe-secret.ts";
import { getSecretValue } from "./get-secret-value.ts";
import { buildRequest, type SecretRequest } from "./secret-request.ts";
import { computeStartDelayMs } from "./waits.ts";

export interface SecretsSource {
  /** @throws Refusal that names the secret: denied, not there, without a key, or no answer until the deadline */
  fetchSecret(step: SecretStep): Promise<FetchedSecret>;
  /** Asks DescribeSecret alone, and never for a value. @throws Refusal likewise */
  describeSecret(step: SecretStep): Promise<SecretDescription>;
  close(): void;
}

export interface SecretsSourceOptions {
  readonly region: CallRegion;
  readonly fetchCredentials: () => Promise<Credentials>;
  readonly settings: ClientSettings;
  readonly deadline: Deadline;
  readonly log: Log;
  /** Twenty current versions in a call. Default: each secret in a call of its own. */
  readonly batch?: boolean;
  /** The longest random wait before the first value is asked for. Default: none. */
  readonly startJitterMs?: number;
  readonly random?: () => number;
  /** Hears of each answer that makes it ask again. */
  readonly onRetry?: () => void;
  /** Default: no time is noted. */
  readonly time?: TimeStep;
}

export function createSecretsSource(options: SecretsSourceOptions): SecretsSource {
  const { region, settings, deadline, log, batch = false, startJitterMs = 0, random = Math.random } = options;
  const { onRetry, time = UNTIMED } = options;
  const clients = createClients(SECRETS_MANAGER_CLIENT, settings, options.fetchCredentials);
  const context: SecretsContext = { clients, deadline, log, random, time, ...(onRetry ? { onRetry } : {}) };
  const fetchOne: FetchOne = (request) => getSecretValue(request, context);
  let start: Promise<FetchOne> | null = null;

  // All secrets of a run wait for the same start.
  async function begin(): Promise<FetchOne> {
    if (startJitterMs > 0) await time("aws.startJitter", () => waitForTurn(startJitterMs, context));
    return batch ? createBatcher(context, fetchOne) : fetchOne;
  }

  return {
    async fetchSecret(step) {
      const request = buildRequest(step, region);
      const fetchCurrent = await (start ??= begin());
      // A batch has no way to ask for another version.
      const answer = await (step.version === undefined ? fetchCurrent : fetchOne)(request);
      return takeKeys(request, answer, log);
    },
    describeSecret: async (step) => describeSecret(buildRequest(step, region), context),
    close: () => clients.close(),
  };
}

function takeKeys({ step, subject }: SecretRequest, answer: ValueAnswer, log: Log): FetchedSecret {
  if (hasMark(answer) && step.keys.some(({ key }) => key !== WHOLE))
    log("warn", `${subject} begins with a byte order mark, which its keys are read without; store it as plain UTF-8`);
  return { versionId: answer.versionId, values: extractKeys(step, answer) };
}

async function waitForTurn(startJitterMs: number, { deadline, log, random }: SecretsContext): Promise<void> {
  const waitMs = computeStartDelayMs(startJitterMs, deadline.remainingMs(), random());
  log("info", "waiting for this instance's turn (aws.startJitter)", { waitMs: Math.round(waitMs) });
  await wait(waitMs, deadline.signal);
}
