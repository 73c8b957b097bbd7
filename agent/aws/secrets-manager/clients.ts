// The SDK's clients for Secrets Manager: one for each region, all on one pool of kept-alive connections and with one set of
// credentials, which can be replaced while requests are under way. Never retries by itself.

import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { Credentials } from "../credentials.ts";
import type { ClientSettings } from "../route/endpoints.ts";
import { fixedConfig } from "../route/fixed-config.ts";
import { createRequestHandler, type RequestHandler, type SdkRequest } from "../route/request-handler.ts";
import { routeTo, type Route } from "../route/route.ts";
import { MOST_SECRET_BYTES } from "./check-answer.ts";

export interface Lease {
  readonly client: SecretsManagerClient;
  /** Which credentials it signs with: goes up with each renewal. */
  readonly credentialsEpoch: number;
  /** What an error of the client's is to be judged with. */
  readonly circumstances: Circumstances;
}

export interface Circumstances {
  /** Where its requests go; null: none has left yet. */
  route: Route | null;
  /** Whose credentials they are signed with. */
  credentials: "role" | "environment";
}

export interface Clients {
  lease(region: string): Lease;
  /** Has other credentials fetched, unless that has happened since this epoch: many requests fail at once. */
  renew(failedEpoch: number): void;
  /** Ends every connection. */
  close(): void;
}

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

export function createClients(settings: ClientSettings, fetchCredentials: () => Promise<Credentials>): Clients {
  const leases = new Map<string, Lease>();
  const handler = createRequestHandler(settings, mostBodyBytes);
  let credentialsEpoch = 0;
  let credentials: Promise<Credentials> | null = null;

  function open(region: string, stale: Lease | undefined): Lease {
    const circumstances: Circumstances = { route: null, credentials: "role" };
    const client = new SecretsManagerClient({
      region,
      ...fixedConfig(settings),
      credentials: async () => {
        const found = await (credentials ??= fetchCredentials());
        circumstances.credentials = found.origin ?? "role";
        return signingKey(found);
      },
      requestHandler: watchRoutes(handler, (request) => (circumstances.route = routeTo(request, settings))),
    });
    for (const name of IDLE_MIDDLEWARE) client.middlewareStack.remove(name);
    // What it has learnt of the clock.
    if (stale) client.config.systemClockOffset = stale.client.config.systemClockOffset;
    return { client, credentialsEpoch, circumstances };
  }

  return {
    lease(region) {
      const held = leases.get(region);
      if (held?.credentialsEpoch === credentialsEpoch) return held;
      const lease = open(region, held);
      leases.set(region, lease);
      return lease;
    },
    renew(failedEpoch) {
      if (failedEpoch !== credentialsEpoch) return;
      credentialsEpoch += 1;
      credentials = null;
    },
    close() {
      handler.destroy();
      leases.clear();
    },
  };
}

// It has no logger, and runs in no Lambda function.
const IDLE_MIDDLEWARE = ["loggerMiddleware", "recursionDetectionMiddleware"];

function watchRoutes(handler: RequestHandler, watch: (request: SdkRequest) => void): RequestHandler {
  return {
    ...handler,
    handle(request, options) {
      watch(request);
      return handler.handle(request, options);
    },
  };
}

// Whether they have run out is the service's to say: by an instance's clock early in a boot it would be a guess.
function signingKey({ accessKeyId, secretAccessKey, sessionToken }: Credentials) {
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
}
