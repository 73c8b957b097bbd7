// The SDK's clients for Secrets Manager: one for each region, all on one pool of kept-alive connections and with one set of
// credentials, which can be replaced while requests are under way. Never retries by itself.

import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { agentOptions, type ClientSettings } from "./endpoints.ts";
import type { Credentials } from "./secrets-manager.ts";

// Two round trips in a healthy region take tens of milliseconds; a lost packet must not cost the whole deadline.
const CONNECT_TIMEOUT_MS = 2_000;
const ANSWER_TIMEOUT_MS = 5_000;

export interface Lease {
  readonly client: SecretsManagerClient;
  /** Which credentials it signs with. */
  readonly generation: number;
}

export interface Clients {
  lease(region: string): Lease;
  /** Has other credentials fetched, unless that has happened since this generation: many requests fail at once. */
  renew(generation: number): void;
  /** Ends every connection. */
  close(): void;
}

export function createClients(settings: ClientSettings, fetchCredentials: () => Promise<Credentials>): Clients {
  const leases = new Map<string, Lease>();
  let generation = 0;
  let credentials: Promise<Credentials> | null = null;
  let handler: SecretsManagerClient["config"]["requestHandler"] | null = null;

  const sign = async (): Promise<Credentials> => withoutExpiry(await (credentials ??= fetchCredentials()));

  function open(region: string, stale: Lease | undefined): Lease {
    const client = createClient(region, settings, handler, sign);
    handler ??= client.config.requestHandler;
    // What it has learnt of the clock.
    if (stale) client.config.systemClockOffset = stale.client.config.systemClockOffset;
    return { client, generation };
  }

  return {
    lease(region) {
      const held = leases.get(region);
      if (held?.generation === generation) return held;
      const lease = open(region, held);
      leases.set(region, lease);
      return lease;
    },
    renew(failed) {
      if (failed !== generation) return;
      generation += 1;
      credentials = null;
    },
    close() {
      handler?.destroy?.();
      leases.clear();
    },
  };
}

// Whether they have run out is the service's to say: by an instance's clock early in a boot it would be a guess.
function withoutExpiry({ accessKeyId, secretAccessKey, sessionToken }: Credentials): Credentials {
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
}

function createClient(
  region: string,
  settings: ClientSettings,
  handler: SecretsManagerClient["config"]["requestHandler"] | null,
  credentials: () => Promise<Credentials>,
): SecretsManagerClient {
  const { certificateAuthority: _, proxies: __, ...endpoint } = settings;
  return new SecretsManagerClient({
    region,
    ...endpoint,
    credentials,
    maxAttempts: 1,
    retryMode: "standard",
    defaultsMode: "standard",
    // Their defaults, given so that the SDK does not look for them in shared config files.
    authSchemePreference: ["sigv4"],
    disableClockSkewCorrection: false,
    userAgentAppId: "parbake",
    requestHandler: handler ?? {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: ANSWER_TIMEOUT_MS,
      throwOnRequestTimeout: true,
      ...agentOptions(settings),
    },
  });
}
