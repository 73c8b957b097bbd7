// What the SDK's clients send their requests with: kept-alive connections, by a proxy where one is set, and each answer whole, of a
// bounded size and in time. Never retries.

import { isBug } from "../../bug.ts";
import { exchange } from "../../http/exchange.ts";
import type { HttpRequest } from "../../http/http-request.ts";
import { HttpTrouble } from "../../http/http-trouble.ts";
import { Refusal } from "../../refusal.ts";
import { AwsConnections, CONNECT_TIMEOUT_MS } from "./aws-connections.ts";
import { AWS_ROOTS } from "./aws-roots.ts";
import type { ClientSettings } from "./endpoints.ts";
import type { Proxy } from "./proxies.ts";
import { authorityOf, routeTo, type Destination, type Route } from "./route.ts";

const ANSWER_TIMEOUT_MS = 5_000;

export interface AnswerLimits {
  readonly maxBodyBytes: (request: SdkRequest) => number;
  /** Default: that of a service whose answers are small. */
  readonly timeoutMs?: number;
}

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
 * @param awsRoots the authorities that AWS's own hosts are tried with first; where they do not do, all that Node trusts
 */
export function createRequestHandler(
  settings: ClientSettings,
  { maxBodyBytes, timeoutMs = ANSWER_TIMEOUT_MS }: AnswerLimits,
  awsRoots: readonly string[] = AWS_ROOTS,
): RequestHandler {
  const closing = new AbortController();
  const connections = new AwsConnections(settings, closing.signal, awsRoots);
  return {
    metadata: { handlerProtocol: "http/1.1" },
    async handle(request, { abortSignal } = {}) {
      const route = routeTo(request, settings);
      const limits = {
        signal: abortSignal instanceof AbortSignal ? abortSignal : closing.signal,
        timeoutMs,
        connectTimeoutMs: CONNECT_TIMEOUT_MS,
        maxBodyBytes: maxBodyBytes(request),
      };
      const isByProxy = route.proxy !== null && !route.isTls;
      const ask = async () => {
        const { status, headers, body } = await exchange(connections.to(route), shape(request, route), limits);
        if (isByProxy && status === 407) throw HttpTrouble.ofDeclined(status);
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

/** A proxy without a tunnel wants the whole URL. */
function shape({ method, path, headers, body }: SdkRequest, route: Route): HttpRequest {
  const isText = typeof body === "string" || body instanceof Uint8Array;
  const request = { method, target: path, host: authorityOf(route), headers, body: isText ? body : null };
  if (route.proxy === null || route.isTls) return request;
  const target = `http://${authorityOf(route)}${path}`;
  return { ...request, target, headers: { ...headers, ...authorize(route.proxy) } };
}

function authorize({ authorization }: Proxy): Readonly<Record<string, string>> {
  return authorization === null ? {} : { "proxy-authorization": authorization };
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
