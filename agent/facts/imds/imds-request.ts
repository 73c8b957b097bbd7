// One HTTP request to IMDS: an answer, or the name of what went wrong. Never retries, never uses a proxy.

import type { HttpAnswer } from "../../http/answer-parser.ts";
import type { Connections } from "../../http/connections.ts";
import { exchange } from "../../http/exchange.ts";
import { HttpTrouble } from "../../http/http-trouble.ts";

export interface ImdsAnswer {
  readonly status: number;
  /** Seconds that a session token lives, where the answer says so. */
  readonly ttlSeconds: number | null;
  readonly body: string;
}

/** `too-large` is final; the others may pass. */
type Trouble = "timeout" | "refused" | "unreachable" | "reset" | "too-large" | "interrupted" | "other";

/** What stopped a request before its answer was whole. */
export class ImdsTrouble extends Error {
  override readonly name = "ImdsTrouble";
  readonly kind: Trouble;

  constructor(kind: Trouble, message: string) {
    super(message);
    this.kind = kind;
  }
}

// User data, the longest thing that IMDS serves, ends at 16 KiB; nothing that parbake asks for comes near it.
const MAX_BODY_BYTES = 64 * 1024;

interface ImdsRequest {
  readonly endpoint: URL;
  readonly connections: Connections;
  readonly method: "GET" | "PUT";
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Rejects with ImdsTrouble only. */
export async function requestOnce(options: ImdsRequest): Promise<ImdsAnswer> {
  const { endpoint, connections, method, path, headers, timeoutMs, signal } = options;
  const request = { method, target: path, host: endpoint.host, headers };
  try {
    return answerOf(await exchange(connections, request, { timeoutMs, signal, maxBodyBytes: MAX_BODY_BYTES }));
  } catch (error) {
    if (!(error instanceof HttpTrouble)) throw error;
    throw new ImdsTrouble(KIND_BY_CODE[error.code] ?? "other", error.message);
  }
}

function answerOf({ status, headers, body }: HttpAnswer): ImdsAnswer {
  const ttl = headers["x-aws-ec2-metadata-token-ttl-seconds"] ?? "";
  const text = body.toString("utf8");
  // It may be the role's credentials or a session token.
  body.fill(0);
  return { status, ttlSeconds: /^\d{1,5}$/.test(ttl) ? Number(ttl) : null, body: text };
}

const KIND_BY_CODE: Readonly<Record<string, Trouble>> = {
  TIMEOUT: "timeout",
  INTERRUPTED: "interrupted",
  TOO_LARGE: "too-large",
  CUT_SHORT: "reset",
  ECONNREFUSED: "refused",
  ENETUNREACH: "unreachable",
  EHOSTUNREACH: "unreachable",
  EADDRNOTAVAIL: "unreachable",
  EACCES: "unreachable",
  EPERM: "unreachable",
  ENETDOWN: "unreachable",
  EHOSTDOWN: "unreachable",
  // The endpoint may be a name, which resolves once the network is up.
  ENOTFOUND: "unreachable",
  EAI_AGAIN: "unreachable",
  ETIMEDOUT: "timeout",
  ECONNRESET: "reset",
  EPIPE: "reset",
};
