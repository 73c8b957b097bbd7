// The SDK's clients for a service: one for each region, all on one pool of kept-alive connections and with one set of
// credentials, which can be replaced while requests are under way. Never retries by itself.

import type { Credentials } from "../credentials.ts";
import type { ClientSettings } from "../route/endpoints.ts";
import { fixedConfig } from "../route/fixed-config.ts";
import {
  createRequestHandler,
  type AnswerLimits,
  type RequestHandler,
  type SdkRequest,
} from "../route/request-handler.ts";
import { routeTo, type Route } from "../route/route.ts";
import type { Service } from "./service.ts";

/** What all of the SDK's clients have. */
export interface SdkClient {
  readonly middlewareStack: { remove(name: string): boolean };
  readonly config: { systemClockOffset: number };
}

export interface ClientKind<Client> {
  readonly service: Service;
  readonly limits: AnswerLimits;
  readonly open: (config: ClientConfig) => Client;
}

export interface ClientConfig extends ReturnType<typeof fixedConfig> {
  readonly region: string;
  readonly credentials: () => Promise<ReturnType<typeof signingKey>>;
  readonly requestHandler: RequestHandler;
}

export interface Lease<Client> {
  readonly client: Client;
  /** Which credentials it signs with: goes up with each renewal. */
  readonly credentialsEpoch: number;
  /** What an error of the client's is to be judged with. */
  readonly circumstances: Circumstances;
  /** By how much AWS's clock is ahead of this machine's, as far as answers have told. */
  readonly clockOffsetMs: () => number;
}

export interface Circumstances {
  readonly service: Service;
  readonly region: string;
  /** Where its requests go; null: none has left yet. */
  route: Route | null;
  /** Whose credentials they are signed with. */
  credentials: "role" | "environment";
  /** What the instance's role is called; null: not known yet, or it is not the role's. */
  role: string | null;
}

export interface Clients<Client> {
  lease(region: string): Lease<Client>;
  /** Has other credentials fetched, unless that has happened since this epoch: many requests fail at once. */
  renew(failedEpoch: number): void;
  /** Ends every connection. */
  close(): void;
}

export function createClients<Client extends SdkClient>(
  { service, limits, open: openClient }: ClientKind<Client>,
  settings: ClientSettings,
  fetchCredentials: () => Promise<Credentials>,
): Clients<Client> {
  const leases = new Map<string, Lease<Client>>();
  const handler = createRequestHandler(settings, limits);
  let credentialsEpoch = 0;
  let credentials: Promise<Credentials> | null = null;

  function open(region: string, stale: Lease<Client> | undefined): Lease<Client> {
    const circumstances: Circumstances = { service, region, route: null, credentials: "role", role: null };
    const client = openClient({
      region,
      ...fixedConfig(settings),
      credentials: async () => {
        const found = await (credentials ??= fetchCredentials());
        circumstances.credentials = found.origin ?? "role";
        circumstances.role = found.role ?? null;
        return signingKey(found);
      },
      requestHandler: watchRoutes(handler, (request) => (circumstances.route = routeTo(request, settings))),
    });
    for (const name of IDLE_MIDDLEWARE) client.middlewareStack.remove(name);
    // What it has learnt of the clock.
    if (stale) client.config.systemClockOffset = stale.client.config.systemClockOffset;
    return { client, credentialsEpoch, circumstances, clockOffsetMs: () => client.config.systemClockOffset };
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
