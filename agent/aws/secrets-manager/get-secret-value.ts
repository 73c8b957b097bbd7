// Fetches one version of one secret with a call of its own.

import { GetSecretValueCommand, type SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { callService, refusalOf, type Call, type Outcome } from "../calls/call-service.ts";
import { checkValue, type ValueAnswer } from "./check-answer.ts";
import type { SecretsContext } from "./client.ts";
import { versionInput, type SecretRequest, type VersionInput } from "./secret-request.ts";

/** @throws Refusal that names the secret, or that of credentials that cannot be had */
export async function getSecretValue(request: SecretRequest, context: SecretsContext): Promise<ValueAnswer> {
  const { step, subject } = request;
  const outcome = await ask(request, versionInput(step), context);
  if (outcome.kind === "answered") return outcome.answer;
  const { failure } = outcome;
  // A secret that has never been rotated has no version before: then both files hold the one that there is.
  if (step.version?.kind !== "previous" || failure.code !== "data") throw refusalOf(subject, failure);
  const current = await ask(request, {}, context);
  if (current.kind === "answered") return current.answer;
  throw refusalOf(subject, current.failure);
}

function ask(request: SecretRequest, version: VersionInput, context: SecretsContext): Promise<Outcome<ValueAnswer>> {
  const { id, region, resource, subject } = request;
  const call: Call<SecretsManagerClient, ValueAnswer> = {
    subject,
    region,
    resource,
    operation: "GetSecretValue",
    send: async (client, options) =>
      checkValue(request, version, await client.send(new GetSecretValueCommand({ SecretId: id, ...version }), options)),
  };
  return callService(call, context);
}
