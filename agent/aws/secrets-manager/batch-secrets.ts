// Twenty secrets in one call. All that are asked for in one turn of the event loop share a batch; a secret for which the
// batch gives no certain answer is asked for alone.

import {
  BatchGetSecretValueCommand,
  type APIErrorType,
  type BatchGetSecretValueCommandOutput,
  type SecretsManagerClient,
  type SecretValueEntry,
} from "@aws-sdk/client-secrets-manager";
import { isArn } from "../../names/secret-id.ts";
import { Refusal } from "../../refusal.ts";
import { callService, refusalOf } from "../calls/call-service.ts";
import type { Circumstances } from "../calls/clients.ts";
import { judgeName } from "../calls/error-policy.ts";
import { checkValue, isOfSecret, type ValueAnswer } from "./check-answer.ts";
import type { SecretsContext } from "./client.ts";
import type { SecretRequest } from "./secret-request.ts";

/** The most that BatchGetSecretValue takes (API reference). */
const MOST_IDS = 20;
/** No answer to so few ids has this many pages. */
const MOST_PAGES = MOST_IDS;

export type FetchOne = (request: SecretRequest) => Promise<ValueAnswer>;

interface Waiting {
  readonly request: SecretRequest;
  readonly resolve: (answer: ValueAnswer | Promise<ValueAnswer>) => void;
  readonly reject: (error: unknown) => void;
}

/** @param fetchOne asks for a secret alone, with retries of its own */
export function createBatcher(context: SecretsContext, fetchOne: FetchOne): FetchOne {
  let waiting: Waiting[] = [];
  /** Batches are not tried again: the role may not call them, the endpoint has none, or the account's quota is used up. */
  let isRefused = false;

  async function flush(): Promise<void> {
    const all = waiting;
    waiting = [];
    await Promise.all(chunk(all).map((each) => settle(each).catch((error: unknown) => rejectAll(each.waiting, error))));
  }

  async function settle(batch: Batch): Promise<void> {
    const answer = isRefused ? null : await askBatch(batch, context);
    if (answer === null) isRefused = true;
    for (const one of batch.waiting)
      one.resolve(answer === null ? fetchOne(one.request) : pick(one.request, answer, fetchOne));
  }

  return (request) =>
    new Promise((resolve, reject) => {
      if (waiting.length === 0) setImmediate(() => void flush());
      waiting.push({ request, resolve, reject });
    });
}

function rejectAll(waiting: readonly Waiting[], error: unknown): void {
  for (const { reject } of waiting) reject(error);
}

/** What one call asks for. */
interface Batch {
  readonly region: string;
  readonly waiting: readonly Waiting[];
}

/** By region, with no more than twenty different ids each. */
function chunk(all: readonly Waiting[]): Batch[] {
  return [...Map.groupBy(all, ({ request }) => request.region)].flatMap(([region, group]) => {
    const byId = [...Map.groupBy(group, ({ request }) => request.id).values()];
    const batches: Batch[] = [];
    for (let start = 0; start < byId.length; start += MOST_IDS)
      batches.push({ region, waiting: byId.slice(start, start + MOST_IDS).flat() });
    return batches;
  });
}

interface BatchAnswer {
  readonly values: readonly SecretValueEntry[];
  readonly errors: readonly APIErrorType[];
  readonly circumstances: Readonly<Circumstances>;
}

/** Null: batches are refused as such. @throws Refusal when there is no answer until the deadline */
async function askBatch({ region, waiting }: Batch, context: SecretsContext): Promise<BatchAnswer | null> {
  const ids = [...new Set(waiting.map(({ request }) => request.id))];
  const subject = `${ids.length} secrets in ${region}`;
  const answer: { values: SecretValueEntry[]; errors: APIErrorType[] } = { values: [], errors: [] };
  let NextToken: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const input = { SecretIdList: ids, ...(NextToken === undefined ? {} : { NextToken }) };
    const outcome = await callService<SecretsManagerClient, BatchGetSecretValueCommandOutput>(
      {
        subject,
        region,
        operation: "BatchGetSecretValue",
        // An account has a hundred times as many calls for one secret each (Secrets Manager's quotas).
        hasAlternative: true,
        send: async (client, options) => ({
          kind: "good",
          answer: await client.send(new BatchGetSecretValueCommand(input), options),
        }),
      },
      context,
    );
    if (outcome.kind === "failed") {
      const { kind, isThrottled, what } = outcome.failure;
      if (kind === "retry" && !isThrottled) throw refusalOf(subject, outcome.failure);
      context.log("warn", `no batches: ${what}; asking for each secret alone`);
      return null;
    }
    answer.values.push(...(outcome.answer.SecretValues ?? []));
    answer.errors.push(...(outcome.answer.Errors ?? []));
    NextToken = outcome.answer.NextToken;
    if (!NextToken) break;
  }
  return { ...answer, circumstances: context.clients.lease(region).circumstances };
}

function pick(request: SecretRequest, answer: BatchAnswer, fetchOne: FetchOne): Promise<ValueAnswer> {
  const value = answer.values.find((each) => isOfSecret(request, { ...each }));
  const checked = value === undefined ? null : checkValue(request, {}, value);
  if (checked?.kind === "good") return Promise.resolve(checked.answer);
  const error = answer.errors.find(({ SecretId }) => isSame(request.id, SecretId));
  if (!value && !error) return Promise.reject(forgotten(request));
  const { circumstances } = answer;
  const call = { operation: "GetSecretValue", resource: request.resource, circumstances };
  const verdict = judgeName(error?.ErrorCode, error?.Message, call);
  // A passing or unknown fault, or a flawed value: asked for alone, the secret gets retries of its own.
  if (verdict?.kind !== "fatal") return fetchOne(request);
  return Promise.reject(refusalOf(request.subject, verdict));
}

/** An error names the id that was asked for, or its ARN. */
function isSame(id: string, found: string | undefined): boolean {
  return found !== undefined && (found === id || (isArn(found) && found.replace(/-\w{6}$/, "") === id));
}

function forgotten({ subject }: SecretRequest): Refusal {
  return new Refusal("unavailable", {
    what: `${subject}: BatchGetSecretValue gives neither its value nor an error`,
    fix: "Take `aws: { batch: true }` out of the config: single calls always say what became of each secret.",
  });
}
