// Secrets Manager as the environment and the config have it, for the commands that ask it. Asks nothing itself.

import { readClientSettings } from "../aws/endpoints.ts";
import { fetchCredentials } from "../aws/fetch-credentials.ts";
import { createSecretsSource, type Credentials, type SecretsSource } from "../aws/secrets-manager.ts";
import type { AwsConfig } from "../config/config.ts";
import { fetchRoleCredentials } from "../facts/fetch-role-credentials.ts";
import type { ImdsClient } from "../facts/imds-client.ts";
import { Refusal } from "../refusal.ts";
import type { Session } from "./session.ts";

export function openSecrets(
  { environment, deadline, log }: Session,
  credentials: () => Promise<Credentials>,
  region: string | null,
  aws: AwsConfig,
  onRetry: () => void = () => {},
): SecretsSource {
  return createSecretsSource({
    ...aws,
    region,
    deadline,
    log,
    onRetry,
    settings: readClientSettings("SECRETS_MANAGER", environment),
    fetchCredentials: credentials,
  });
}

export function findCredentials({ environment }: Session, imds: ImdsClient | null): Promise<Credentials> {
  return fetchCredentials(environment, () => roleCredentials(imds));
}

async function roleCredentials(imds: ImdsClient | null): ReturnType<typeof fetchRoleCredentials> {
  if (imds !== null) return fetchRoleCredentials(imds);
  const what = "there are no credentials to fetch secrets with: AWS_EC2_METADATA_DISABLED is set";
  throw new Refusal("unavailable", { what, fix: "Unset it, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY." });
}
