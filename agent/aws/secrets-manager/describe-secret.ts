// What Secrets Manager says of a secret without its value: which version has which stage. Needs no right to read it.

import { DescribeSecretCommand, type SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { callService, refusalOf, type Call } from "../calls/call-service.ts";
import type { SecretDescription } from "../secret-description.ts";
import { checkDescription } from "./check-answer.ts";
import type { SecretsContext } from "./client.ts";
import type { SecretRequest } from "./secret-request.ts";

/** @throws Refusal that names the secret: denied, not there, or no answer */
export async function describeSecret(request: SecretRequest, context: SecretsContext): Promise<SecretDescription> {
  const { id, region, resource, subject } = request;
  const call: Call<SecretsManagerClient, SecretDescription> = {
    subject,
    region,
    resource,
    operation: "DescribeSecret",
    send: async (client, options) =>
      checkDescription(request, await client.send(new DescribeSecretCommand({ SecretId: id }), options)),
  };
  const outcome = await callService(call, context);
  if (outcome.kind === "failed") throw refusalOf(subject, outcome.failure);
  return outcome.answer;
}
