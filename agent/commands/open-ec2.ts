// EC2 as the environment has it, for a command that any machine with read access may run: a laptop, CI, an instance.

import type { Credentials } from "../aws/credentials.ts";
import { openEc2 } from "../aws/ec2/client.ts";
import { fetchCredentials } from "../aws/fetch-credentials.ts";
import { chooseRegion } from "../aws/route/call-region.ts";
import { readClientSettings } from "../aws/route/endpoints.ts";
import { fetchRoleCredentials } from "../facts/fetch-role-credentials.ts";
import { gatherInstance } from "../facts/gather-instance.ts";
import type { ImdsClient } from "../facts/imds/imds-client.ts";
import { isRegion } from "../names/secret-id.ts";
import { Refusal } from "../refusal.ts";
import { askImds } from "./ask-imds.ts";
import type { Session } from "./session.ts";

export function openFleet(session: Session): ReturnType<typeof openEc2> {
  const { environment, inputs } = session;
  const settings = readClientSettings("EC2", environment, inputs);
  return openEc2(settings, () => fetchCredentials(environment, () => askImds(session, fetchRole)));
}

async function fetchRole(imds: ImdsClient | null): Promise<Credentials> {
  try {
    if (imds !== null) return await fetchRoleCredentials(imds);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
  }
  throw new Refusal("unavailable", {
    what: "there are no credentials to ask EC2 with: the environment has no access key, and IMDS no role",
    fix: 'Elsewhere than on an instance, put those of a profile into the environment, SSO and assumed roles too: eval "$(aws configure export-credentials --profile NAME --format env)". On an instance, attach a role.',
  });
}

/** @throws Refusal `usage` where nobody says a region */
export async function findRegions(named: readonly string[], session: Session): Promise<readonly string[]> {
  if (named.length > 0) return named;
  const { region, variable } = chooseRegion(session.environment, null);
  const found = region ?? (await askImds(session, fetchOwnRegion));
  if (found === null) {
    const fix = "Name it: --region eu-west-1, or AWS_REGION.";
    throw new Refusal("usage", { what: "no region is known to ask EC2 in", fix });
  }
  // It becomes a part of a host name.
  if (isRegion(found)) return [found];
  const what = `${variable} is ${JSON.stringify(found.slice(0, 40))}, which is not a region`;
  throw new Refusal("usage", { what, fix: "Write it as AWS does: eu-west-1." });
}

async function fetchOwnRegion(imds: ImdsClient | null): Promise<string | null> {
  if (imds === null) return null;
  try {
    return (await gatherInstance(imds, ["region"])).facts.region;
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}
