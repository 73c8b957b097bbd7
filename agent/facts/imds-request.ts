// One HTTP request to IMDS: an answer, or the name of what went wrong. Never retries, never uses a proxy.

import { request, type Agent, type IncomingMessage } from "node:http";

export interface ImdsAnswer {
  readonly status: number;
  /** Seconds that a session token lives, where the answer says so. */
  readonly ttlSeconds: number | null;
  readonly body: string;
}

/** `too-large` is final; the others may pass. */
export type Trouble = "timeout" | "refused" | "unreachable" | "reset" | "too-large" | "interrupted" | "other";

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

export interface ImdsRequest {
  readonly endpoint: URL;
  readonly agent: Agent;
  readonly method: "GET" | "PUT";
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** From the connect to the body's last byte, so that a dripping answer ends too. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Rejects with ImdsTrouble only. */
export function requestOnce(options: ImdsRequest): Promise<ImdsAnswer> {
  const { endpoint, agent, method, path, headers, timeoutMs, signal } = options;
  return new Promise((resolve, reject) => {
    let expired: ImdsTrouble | null = null;
    // A request destroyed amid its body reports a reset, so the clock's own verdict goes first.
    const fail = (error: Error): void => reject(expired ?? (signal.aborted ? endedBy(signal) : troubleOf(error)));
    const outgoing = request(endpoint, { agent, method, path, headers, signal }, (incoming) => {
      readBody(incoming).then((body) => resolve(answerOf(incoming, body)), fail);
    });
    const timer = setTimeout(() => {
      expired = new ImdsTrouble("timeout", `no whole answer in ${Math.round(timeoutMs)} ms`);
      outgoing.destroy(expired);
    }, timeoutMs);
    outgoing.on("error", fail);
    outgoing.on("close", () => clearTimeout(timer));
    outgoing.end();
  });
}

async function readBody(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes > MAX_BODY_BYTES) throw new ImdsTrouble("too-large", `more than ${MAX_BODY_BYTES / 1024} KiB`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function answerOf(incoming: IncomingMessage, body: string): ImdsAnswer {
  const ttl = incoming.headers["x-aws-ec2-metadata-token-ttl-seconds"];
  const ttlSeconds = typeof ttl === "string" && /^\d{1,5}$/.test(ttl) ? Number(ttl) : null;
  return { status: incoming.statusCode ?? 0, ttlSeconds, body };
}

const KIND_BY_CODE: Readonly<Record<string, Trouble>> = {
  ECONNREFUSED: "refused",
  ENETUNREACH: "unreachable",
  EHOSTUNREACH: "unreachable",
  EADDRNOTAVAIL: "unreachable",
  EACCES: "unreachable",
  EPERM: "unreachable",
  ENETDOWN: "unreachable",
  EHOSTDOWN: "unreachable",
  ETIMEDOUT: "timeout",
  ECONNRESET: "reset",
  EPIPE: "reset",
};

// A deadline's signal is AbortSignal.timeout's, whose reason says so.
function endedBy(signal: AbortSignal): ImdsTrouble {
  const late = signal.reason instanceof Error && signal.reason.name === "TimeoutError";
  return late ? new ImdsTrouble("timeout", "no answer before the deadline") : new ImdsTrouble("interrupted", "stopped");
}

function troubleOf(error: Error): ImdsTrouble {
  if (error instanceof ImdsTrouble) return error;
  // A parser error carries bytes of the answer, which may be a credential: only its code goes on, and no cause.
  const code = "code" in error && typeof error.code === "string" ? error.code : error.name;
  return new ImdsTrouble(KIND_BY_CODE[code] ?? "other", code);
}
