// The client of EC2's API, loaded only by the commands that call it: the package alone costs more than a whole boot.

import type { EC2Client } from "@aws-sdk/client-ec2";
import { agentOptions, type ClientSettings } from "./endpoints.ts";
import type { Credentials } from "./secrets-manager.ts";

export type { EC2Client };

export interface Ec2Options {
  readonly region: string;
  readonly settings: ClientSettings;
  /** Default: the SDK's own chain (environment, shared files), for the programs that people run. */
  readonly credentials?: Credentials;
}

/** With the package beside the client, for its commands: whoever calls has paid for loading it. */
export async function createEc2Client({ region, settings, credentials }: Ec2Options) {
  const ec2 = await import("@aws-sdk/client-ec2");
  const { certificateAuthority: _, proxies: __, ...endpoint } = settings;
  const client = new ec2.EC2Client({
    region,
    ...endpoint,
    ...(credentials ? { credentials } : {}),
    requestHandler: agentOptions(settings),
  });
  return { ec2, client };
}
