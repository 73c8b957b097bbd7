// What Secrets Manager says of a secret without its value: which version has which stage. Needs no right to read it.

import { DescribeSecretCommand } from "@aws-sdk/client-secrets-manager";
import type { SecretDescription } from "../secret-description.ts";
import { callService, refusalOf, type Call, type CallContext } from "./call-service.ts";
import { checkDescription } from "./check-answer.ts";
import type { SecretRequest } from "./secret-request.ts";

/** @throws Refusal that names the secret: denied, not there, or no answer */
export async function describeSecret(request: SecretRequest, context: CallContext): Promise<SecretDescription> {
  const { id, region, subject } = request;
  const call: Call<SecretDescription> = {
    subject,
    region,
    operation: "DescribeSecret",
    send: async (client, options) =>
      checkDescription(request, await client.send(new DescribeSecretCommand({ SecretId: id }), options)),
  };
  const outcome = await callService(call, context);
  if (outcome.kind === "failed") throw refusalOf(subject, outcome.failure);
  return outcome.answer;
}
