// `plan --check-access`: asks AWS about every secret that the plan needs. Never asks for a value.

import { neededSecrets } from "../apply/secrets/needed-secrets.ts";
import { chooseRegion } from "../aws/route/call-region.ts";
import { checkAccess, type SecretAccess } from "../aws/secret-access.ts";
import type { AwsConfig } from "../config/config.ts";
import type { ImdsClient } from "../facts/imds/imds-client.ts";
import type { Plan } from "../plan/plan.ts";
import { findCredentials, openSecrets } from "./open-secrets.ts";
import type { Session } from "./session.ts";

export async function checkPlanAccess(
  plan: Plan,
  aws: AwsConfig,
  session: Session,
  imds: ImdsClient | null,
): Promise<SecretAccess[]> {
  const source = openSecrets(session, () => findCredentials(session, imds), plan.facts, aws);
  const { region } = chooseRegion(session.environment, plan.facts.region);
  try {
    return await checkAccess(neededSecrets(plan), (step) => source.describeSecret(step), region);
  } finally {
    source.close();
  }
}
