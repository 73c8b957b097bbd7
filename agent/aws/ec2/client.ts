// The SDK's client for EC2, whose package alone takes longer to load than a whole boot: only for the commands that no boot runs.

import type { EC2Client } from "@aws-sdk/client-ec2";
import type { CallContext } from "../calls/call-service.ts";
import { createClients, type Clients } from "../calls/clients.ts";
import type { Credentials } from "../credentials.ts";
import type { ClientSettings } from "../route/endpoints.ts";
import { EC2 } from "./error-rules.ts";

type Ec2Package = typeof import("@aws-sdk/client-ec2");

export interface Ec2Context extends CallContext<EC2Client> {
  readonly ec2: Ec2Package;
}

// A page of a thousand instances with all their tags, volumes and interfaces has some five MiB, and takes EC2 a few seconds.
const LIMITS = { maxBodyBytes: () => 64 * 1024 * 1024, timeoutMs: 30_000 };

export async function openEc2(
  settings: ClientSettings,
  fetchCredentials: () => Promise<Credentials>,
): Promise<{ readonly ec2: Ec2Package; readonly clients: Clients<EC2Client> }> {
  const ec2 = await import("@aws-sdk/client-ec2");
  const kind = { service: EC2, limits: LIMITS, open: (config: object) => new ec2.EC2Client(config) };
  return { ec2, clients: createClients(kind, settings, fetchCredentials) };
}
