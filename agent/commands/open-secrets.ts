// Secrets Manager as the environment and the config have it, for the commands that ask it. Asks nothing itself.

import type { Credentials } from "../aws/credentials.ts";
import { ACCESS_KEY_USED, fetchCredentials, hasAccessKey } from "../aws/fetch-credentials.ts";
import { chooseRegion, differsFromInstance } from "../aws/route/call-region.ts";
import { readClientSettings } from "../aws/route/endpoints.ts";
import { createSecretsSource, type SecretsSource } from "../aws/secrets-manager/secrets-manager.ts";
import { showing } from "../cli/progress.ts";
import type { AwsConfig } from "../config/config.ts";
import type { Facts } from "../facts/facts.ts";
import { fetchRoleCredentials } from "../facts/fetch-role-credentials.ts";
import type { ImdsClient } from "../facts/imds/imds-client.ts";
import { isArn } from "../names/secret-id.ts";
import type { Plan } from "../plan/plan.ts";
import { Refusal, type Problem } from "../refusal.ts";
import { UNTIMED, type TimeStep } from "../time-step.ts";
import type { Session } from "./session.ts";
import { showingSecrets } from "./show-waits.ts";

export function openSecrets(
  session: Session,
  credentials: () => Promise<Credentials>,
  { region }: Facts,
  aws: AwsConfig,
  onRetry: () => void = () => {},
  time: TimeStep = UNTIMED,
): SecretsSource {
  const { environment, inputs, deadline, log, progress } = session;
  const source = createSecretsSource({
    ...aws,
    region: chooseRegion(environment, region),
    deadline,
    log,
    onRetry,
    time,
    settings: readClientSettings("SECRETS_MANAGER", environment, inputs),
    // Fetched ahead, they are waited for only now.
    fetchCredentials: () =>
      showing(progress, "waiting for the credentials of the instance's role", credentials, deadline.remainingMs()),
  });
  return showingSecrets(source, session);
}

export function findCredentials({ environment }: Session, imds: ImdsClient | null): Promise<Credentials> {
  return fetchCredentials(environment, () => roleCredentials(imds));
}

async function roleCredentials(imds: ImdsClient | null): ReturnType<typeof fetchRoleCredentials> {
  if (imds !== null) return fetchRoleCredentials(imds);
  const what = "there are no credentials to fetch secrets with: AWS_EC2_METADATA_DISABLED is set";
  throw new Refusal("unavailable", { what, fix: "Unset it, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY." });
}

/** What the environment changes about the plan's calls of AWS, where the instance by itself would have it another way. */
export function warnOfEnvironment({ steps, facts }: Plan, { environment, log }: Session): Problem[] {
  const secrets = steps.filter((step) => step.kind === "secret");
  if (secrets.length === 0) return [];
  const isInstance = Object.values(facts.origins).some(({ source }) => source === "imds");
  const call = chooseRegion(environment, facts.region);
  const hasNoRegion = secrets.some(({ id, region }) => region === null && !isArn(id));
  const other = hasNoRegion ? differsFromInstance(call, facts.region) : null;
  if (hasNoRegion && call.variable !== null)
    log("info", `secrets without a region of their own are asked for in ${call.region}, as ${call.variable} says`);
  return [...(isInstance && hasAccessKey(environment) ? [ACCESS_KEY_USED] : []), ...(other === null ? [] : [other])];
}
