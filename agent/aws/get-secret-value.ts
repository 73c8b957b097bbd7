// Fetches one version of one secret with a call of its own.

import { GetSecretValueCommand } from "@aws-sdk/client-secrets-manager";
import { callService, refusalOf, type CallContext, type Outcome } from "./call-service.ts";
import type { SecretAnswer } from "./extract-keys.ts";
import { versionInput, type SecretReference } from "./secret-reference.ts";

export interface ValueAnswer extends SecretAnswer {
  readonly VersionId?: string | undefined;
}

/** @throws Refusal that names the secret, or that of credentials that cannot be had */
export async function getSecretValue(reference: SecretReference, context: CallContext): Promise<ValueAnswer> {
  const { step, subject } = reference;
  const outcome = await ask(reference, versionInput(step), context);
  if (outcome.kind === "answered") return outcome.answer;
  const { failure } = outcome;
  // A secret that has never been rotated has no version before: then both files hold the one that there is.
  if (step.version?.kind !== "previous" || failure.code !== "data") throw refusalOf(subject, failure);
  const current = await ask(reference, {}, context);
  if (current.kind === "answered") return current.answer;
  throw refusalOf(subject, current.failure);
}

function ask(
  { id, region, subject }: SecretReference,
  version: ReturnType<typeof versionInput>,
  context: CallContext,
): Promise<Outcome<ValueAnswer>> {
  const call = {
    subject,
    region,
    operation: "GetSecretValue" as const,
    send: async (...[client, options]: Parameters<Parameters<typeof callService<ValueAnswer>>[0]["send"]>) => {
      const answer = await client.send(new GetSecretValueCommand({ SecretId: id, ...version }), options);
      return answer.SecretString === undefined && answer.SecretBinary === undefined ? null : answer;
    },
  };
  return callService<ValueAnswer>(call, context);
}
