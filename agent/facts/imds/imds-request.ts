// One HTTP request to IMDS: an answer, or the name of what went wrong. Never retries, never uses a proxy.

import { isUtf8 } from "node:buffer";
import type { HttpAnswer } from "../../http/answer-parser.ts";
import type { Connections } from "../../http/connections.ts";
import { exchange } from "../../http/exchange.ts";
import { HttpTrouble } from "../../http/http-trouble.ts";

export interface ImdsAnswer {
  readonly status: number;
  /** Seconds that a session token lives, where the answer says so. */
  readonly ttlSeconds: number | null;
  /** It says that it came through a proxy (RFC 9110, 7.6.3). */
  readonly isProxied: boolean;
  readonly body: string;
}

/** `too-large` is final; the others may pass. */
export type Trouble =
  /** The connection does not come about. */
  | "lost"
  /** It does, and then nothing comes. */
  | "silent"
  | "rejected"
  /** This machine has no way there. */
  | "unreachable"
  /** This machine does not let us. */
  | "forbidden"
  | "reset"
  | "too-large"
  | "interrupted"
  | "other";

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
// It answers a SYN within a millisecond: one that is lost while the network comes up is not waited for, but sent again.
const CONNECT_TIMEOUT_MS = 500;

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
  const limits = { timeoutMs, connectTimeoutMs: CONNECT_TIMEOUT_MS, signal, maxBodyBytes: MAX_BODY_BYTES };
  try {
    return answerOf(await exchange(connections, request, limits));
  } catch (error) {
    if (!(error instanceof HttpTrouble)) throw error;
    throw new ImdsTrouble(KIND_BY_CODE[error.code] ?? "other", error.message);
  }
}

function answerOf({ status, headers, body }: HttpAnswer): ImdsAnswer {
  const ttl = headers["x-aws-ec2-metadata-token-ttl-seconds"] ?? "";
  // Of a failure the status says enough.
  const isText = status !== 200 || (isUtf8(body) && !body.includes(0));
  const text = body.toString("utf8");
  // It may be the role's credentials or a session token.
  body.fill(0);
  if (!isText) throw new ImdsTrouble("other", "an answer that is not text");
  const ttlSeconds = /^\d{1,5}$/.test(ttl) ? Number(ttl) : null;
  return { status, ttlSeconds, isProxied: headers["via"] !== undefined, body: text };
}

const KIND_BY_CODE: Readonly<Record<string, Trouble>> = {
  CONNECT_TIMEOUT: "lost",
  ETIMEDOUT: "lost",
  TIMEOUT: "silent",
  INTERRUPTED: "interrupted",
  TOO_LARGE: "too-large",
  CUT_SHORT: "reset",
  ECONNREFUSED: "rejected",
  EHOSTUNREACH: "rejected",
  EHOSTDOWN: "rejected",
  ENETUNREACH: "unreachable",
  ENETDOWN: "unreachable",
  EADDRNOTAVAIL: "unreachable",
  // The endpoint may be a name, which resolves once the network is up.
  ENOTFOUND: "unreachable",
  EAI_AGAIN: "unreachable",
  EACCES: "forbidden",
  EPERM: "forbidden",
  ECONNRESET: "reset",
  EPIPE: "reset",
};
