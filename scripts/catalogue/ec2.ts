// The client of EC2's API, loaded only by the commands that call it: the package alone costs more than a whole boot.

import type { EC2Client } from "@aws-sdk/client-ec2";
import type { Credentials } from "../../agent/aws/credentials.ts";
import type { ClientSettings } from "../../agent/aws/route/endpoints.ts";
import { fixedConfig } from "../../agent/aws/route/fixed-config.ts";
import { createRequestHandler } from "../../agent/aws/route/request-handler.ts";

export type { EC2Client };

interface Ec2Options {
  readonly region: string;
  readonly settings: ClientSettings;
  /** Default: the SDK's own chain (environment, shared files), for the programs that people run. */
  readonly credentials?: Credentials;
}

// The largest pages have a thousand instances with some ten KiB each.
const MOST_BODY_BYTES = 32 * 1024 * 1024;

/** With the package beside the client, for its commands: whoever calls has paid for loading it. */
export async function createEc2Client({ region, settings, credentials }: Ec2Options) {
  const ec2 = await import("@aws-sdk/client-ec2");
  const client = new ec2.EC2Client({
    region,
    ...fixedConfig(settings),
    maxAttempts: 3,
    ...(credentials ? { credentials } : {}),
    requestHandler: createRequestHandler(settings, { maxBodyBytes: () => MOST_BODY_BYTES }),
  });
  return { ec2, client };
}
