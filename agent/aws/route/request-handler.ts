// What the SDK's clients send their requests with: one pool of kept-alive connections, by a proxy where one is set, and each
// answer whole, of a bounded size and in time. Never retries.

import { Agent as HttpAgent, request as httpRequest, type ClientRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import type { Socket } from "node:net";
import { isBug } from "../../bug.ts";
import { exchange, MAX_HEADER_BYTES } from "../../http/exchange.ts";
import { HttpTrouble } from "../../http/http-trouble.ts";
import { openTunnel } from "../../http/tunnel.ts";
import { Refusal } from "../../refusal.ts";
import { AWS_ROOTS, isAwsHost } from "./aws-roots.ts";
import type { ClientSettings } from "./endpoints.ts";
import type { Proxy } from "./proxies.ts";
import { authorityOf, routeTo, type Destination, type Route } from "./route.ts";

// Two round trips in a healthy region take tens of milliseconds; a lost packet must not cost the whole deadline.
const CONNECT_TIMEOUT_MS = 2_000;
const ANSWER_TIMEOUT_MS = 5_000;
// The SDK's own.
const MOST_SOCKETS = 50;

/** What a client gives its handler. */
export interface SdkRequest extends Destination {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

interface SdkResponse {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
}

export interface RequestHandler {
  readonly metadata: { readonly handlerProtocol: "http/1.1" };
  /** Rejects with HttpTrouble; with a Refusal where AWS_CA_BUNDLE cannot be had. */
  handle(request: SdkRequest, options?: HandlerOptions): Promise<{ readonly response: SdkResponse }>;
  /** Ends every connection. */
  destroy(): void;
  /** The SDK's to call; there is nothing to set here. */
  updateHttpClientConfig(): void;
  httpHandlerConfigs(): object;
}

interface HandlerOptions {
  readonly abortSignal?: unknown;
}

/**
 * @param maxBodyBytes of the answer to a request
 * @param awsRoots the authorities that AWS's own hosts are tried with first; where they do not do, all that Node trusts
 */
export function createRequestHandler(
  settings: ClientSettings,
  maxBodyBytes: (request: SdkRequest) => number,
  awsRoots: readonly string[] = AWS_ROOTS,
): RequestHandler {
  const closing = new AbortController();
  const connections = new Connections(settings, closing.signal, awsRoots);
  return {
    metadata: { handlerProtocol: "http/1.1" },
    async handle(request, { abortSignal } = {}) {
      const route = routeTo(request, settings);
      const signal = abortSignal instanceof AbortSignal ? abortSignal : closing.signal;
      const limits = {
        signal,
        timeoutMs: ANSWER_TIMEOUT_MS,
        connectTimeoutMs: CONNECT_TIMEOUT_MS,
        maxBodyBytes: maxBodyBytes(request),
      };
      const isByProxy = route.proxy !== null && !route.isTls;
      const ask = async () => {
        const outgoing = connections.open(request, route);
        const { status, headers, body } = await exchange(outgoing, bodyOf(request), limits);
        if (isByProxy && status === 407) throw HttpTrouble.ofProxy("PROXY_REFUSED", `HTTP ${status}`);
        return { response: { statusCode: status, headers: { ...headers }, body } };
      };
      const isByAwsRoots = connections.isByAwsRoots(route);
      try {
        return await ask().catch((error: unknown) => {
          if (!isByAwsRoots || !isOfUnknownIssuer(error)) throw error;
          connections.trustAll();
          return ask();
        });
      } catch (error) {
        if (error instanceof Refusal || isBug(error)) throw error;
        throw HttpTrouble.from(error, isByProxy);
      }
    },
    destroy() {
      closing.abort();
      connections.destroy();
    },
    updateHttpClientConfig: () => {},
    httpHandlerConfigs: () => ({}),
  };
}

/** Agents that are made when they are needed: TLS costs more to load than all the rest of a request. */
class Connections {
  readonly #settings: ClientSettings;
  readonly #closing: AbortSignal;
  #http: HttpAgent | null = null;
  #https: HttpsAgent | null = null;
  #toAws: HttpsAgent | null = null;
  #toProxy: HttpsAgent | null = null;
  /** Empty: what Node trusts. */
  #awsRoots: readonly string[];

  constructor(settings: ClientSettings, closing: AbortSignal, awsRoots: readonly string[]) {
    this.#settings = settings;
    this.#closing = closing;
    this.#awsRoots = settings.certificateAuthority === undefined ? awsRoots : [];
  }

  isByAwsRoots({ isTls, host }: Route): boolean {
    return isTls && this.#awsRoots.length > 0 && isAwsHost(host);
  }

  /** The requests that are under way end by themselves. */
  trustAll(): void {
    this.#awsRoots = [];
  }

  open(request: SdkRequest, route: Route): ClientRequest {
    const { proxy, isTls, host, port } = route;
    const { method, path, headers } = request;
    const common = { method, maxHeaderSize: MAX_HEADER_BYTES };
    if (proxy === null || isTls) {
      const options = { ...common, path, headers, host, port };
      return isTls
        ? httpsRequest({ ...options, agent: this.#httpsAgent(route) })
        : httpRequest({ ...options, agent: this.#httpAgent() });
    }
    const options = {
      ...common,
      path: `http://${authorityOf(route)}${path}`,
      headers: { ...headers, ...authorize(proxy) },
      ...placeOf(proxy.url),
    };
    return proxy.url.protocol === "https:"
      ? httpsRequest({ ...options, agent: this.#proxyAgent() })
      : httpRequest({ ...options, agent: this.#httpAgent() });
  }

  destroy(): void {
    for (const agent of [this.#http, this.#https, this.#toAws, this.#toProxy]) agent?.destroy();
  }

  #httpsAgent(route: Route): HttpsAgent {
    if (this.isByAwsRoots(route))
      return (this.#toAws ??= openHttpsAgent(this.#settings, this.#closing, { ca: [...this.#awsRoots] }));
    return (this.#https ??= openHttpsAgent(this.#settings, this.#closing, trustOf(this.#settings)));
  }

  #httpAgent(): HttpAgent {
    return (this.#http ??= new HttpAgent({ keepAlive: true, maxSockets: MOST_SOCKETS }));
  }

  #proxyAgent(): HttpsAgent {
    return (this.#toProxy ??= new HttpsAgent({ keepAlive: true, ...trustOf(this.#settings) }));
  }
}

function bodyOf({ body }: SdkRequest): string | Uint8Array | null {
  return typeof body === "string" || body instanceof Uint8Array ? body : null;
}

function authorize({ authorization }: Proxy): Readonly<Record<string, string>> {
  return authorization === null ? {} : { "proxy-authorization": authorization };
}

function placeOf({ hostname, port, protocol }: URL): { readonly host: string; readonly port: number } {
  const usual = protocol === "https:" ? 443 : 80;
  return { host: hostname.replace(/^\[(.*)\]$/, "$1"), port: port === "" ? usual : Number(port) };
}

/** @throws Refusal where AWS_CA_BUNDLE cannot be had */
function trustOf({ certificateAuthority }: ClientSettings): { readonly ca?: string } {
  return certificateAuthority === undefined ? {} : { ca: certificateAuthority() };
}

const ISSUER_UNKNOWN = [
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "SELF_SIGNED_CERT_IN_CHAIN",
];

function isOfUnknownIssuer(error: unknown): boolean {
  return error instanceof HttpTrouble && !error.isOfProxy && ISSUER_UNKNOWN.includes(error.code);
}

/**
 * Whose connections go through the proxy's tunnel, where there is one for the host.
 * @param trust in the host's certificate; that in the proxy's is read once, for nobody could catch a later connection's Refusal
 */
function openHttpsAgent(
  settings: ClientSettings,
  signal: AbortSignal,
  trust: { readonly ca?: string | string[] },
): HttpsAgent {
  const ofProxy = trustOf(settings);
  const agent = new HttpsAgent({ keepAlive: true, maxSockets: MOST_SOCKETS, ...trust });
  if (!settings.proxies) return agent;
  type Create = (options: object, callback?: (error: Error | null, socket?: Socket) => void) => Socket | undefined;
  const connect = agent.createConnection.bind(agent) as Create;
  const create: Create = (options, callback) => {
    const { host, port } = options as { readonly host: string; readonly port: number };
    const { proxy } = routeTo({ protocol: "https:", hostname: host, port }, settings);
    if (proxy === null) return connect(options, callback);
    const tunnel = openTunnel(authorityOf({ host, port }), {
      proxy: proxy.url,
      authorization: proxy.authorization,
      trust: ofProxy,
      timeoutMs: CONNECT_TIMEOUT_MS,
      signal,
    });
    tunnel.then(
      (socket) => callback?.(null, connect({ ...options, socket })),
      (error: Error) => callback?.(error),
    );
    return undefined;
  };
  agent.createConnection = create as typeof agent.createConnection;
  return agent;
}
