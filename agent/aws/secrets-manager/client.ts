// The SDK's client for Secrets Manager, and how large its answers may be.

import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { CallContext } from "../calls/call-service.ts";
import type { ClientKind } from "../calls/clients.ts";
import type { SdkRequest } from "../route/request-handler.ts";
import { MOST_SECRET_BYTES } from "./check-answer.ts";
import { SECRETS_MANAGER } from "./error-rules.ts";

// JSON may write each byte of a secret as six characters.
const MOST_VALUE_BYTES = 6 * MOST_SECRET_BYTES + 16 * 1024;
// With twenty secrets in an answer, or with all the versions, labels and tags of one.
const MOST_BODY_BYTES: Readonly<Record<string, number>> = {
  "secretsmanager.GetSecretValue": MOST_VALUE_BYTES,
  "secretsmanager.BatchGetSecretValue": 20 * MOST_VALUE_BYTES,
  "secretsmanager.DescribeSecret": 1024 * 1024,
};

function mostBodyBytes({ headers }: SdkRequest): number {
  return MOST_BODY_BYTES[headers["x-amz-target"] ?? ""] ?? MOST_VALUE_BYTES;
}

export type SecretsContext = CallContext<SecretsManagerClient>;

export const SECRETS_MANAGER_CLIENT: ClientKind<SecretsManagerClient> = {
  service: SECRETS_MANAGER,
  limits: { maxBodyBytes: mostBodyBytes },
  open: (config) => new SecretsManagerClient(config),
};
