// Secrets Manager for a run, with the credentials of its environment or of the instance's role.

import { readClientSettings } from "../aws/endpoints.ts";
import { fetchCredentials } from "../aws/fetch-credentials.ts";
import { createSecretsSource, type Credentials, type SecretsSource } from "../aws/secrets-manager.ts";
import { fetchRoleCredentials } from "../facts/fetch-role-credentials.ts";
import type { ImdsClient } from "../facts/imds-client.ts";
import { Refusal } from "../refusal.ts";
import type { Session } from "./session.ts";

export function fetchRunCredentials({ environment }: Session, imds: ImdsClient | null): Promise<Credentials> {
  return fetchCredentials(environment, () => roleCredentials(imds));
}

export function openSecrets(
  { environment, deadline, log }: Session,
  credentials: () => Promise<Credentials>,
  region: string | null,
  onRetry: () => void = () => {},
): SecretsSource {
  return createSecretsSource({
    region,
    deadline,
    log,
    onRetry,
    settings: readClientSettings("SECRETS_MANAGER", environment),
    fetchCredentials: credentials,
  });
}

async function roleCredentials(imds: ImdsClient | null): ReturnType<typeof fetchRoleCredentials> {
  if (imds !== null) return fetchRoleCredentials(imds);
  const what = "there are no credentials to fetch secrets with: AWS_EC2_METADATA_DISABLED is set";
  throw new Refusal("unavailable", { what, fix: "Unset it, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY." });
}
