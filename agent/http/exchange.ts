// One HTTP request: its whole answer, or the one trouble that stopped it, whatever the other side does. Never retries, never
// follows a redirect, never undoes a content encoding.

import type { ClientRequest, IncomingMessage } from "node:http";
import { HttpTrouble } from "./http-trouble.ts";

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface ExchangeLimits {
  readonly signal: AbortSignal;
  /** From the start to the body's last byte, so that an answer that drips ends too. */
  readonly timeoutMs: number;
  /** Of that, for the connection to be there. Default: all. */
  readonly connectTimeoutMs?: number;
  readonly maxBodyBytes: number;
}

/** Of the header, and of a trailer: what Node has by itself, whatever its options say. */
export const MAX_HEADER_BYTES = 16_384;

// A server that sends more than a few interim answers (RFC 9110, 15.2) never sends the final one.
const MOST_INTERIM_ANSWERS = 8;

/**
 * @param outgoing a request that is not ended yet, opened with `maxHeaderSize: MAX_HEADER_BYTES`
 * Rejects with HttpTrouble alone.
 */
export function exchange(
  outgoing: ClientRequest,
  body: string | Uint8Array | null,
  { signal, timeoutMs, connectTimeoutMs = Infinity, maxBodyBytes }: ExchangeLimits,
): Promise<HttpAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
  const timers: NodeJS.Timeout[] = [];
  const settle = (): void => {
    for (const timer of timers) clearTimeout(timer);
    signal.removeEventListener("abort", interrupt);
  };
  // Whatever comes after the first is its echo: a request that is destroyed reports a reset.
  const fail = (trouble: HttpTrouble): void => {
    settle();
    reject(trouble);
    outgoing.destroy();
  };
  const interrupt = (): void => fail(endedBy(signal));
  const failAfter = (ms: number, what: string): NodeJS.Timeout => {
    const timer = setTimeout(() => fail(HttpTrouble.of("TIMEOUT", `${what} in ${Math.round(ms)} ms`)), ms);
    timers.push(timer);
    return timer;
  };

  let hasBegun = false;
  outgoing.on("response", (incoming) => {
    hasBegun = true;
    // 101 without the header that makes it an event of its own.
    if ((incoming.statusCode ?? 0) < 200) return fail(changedProtocol(incoming));
    collect(incoming, maxBodyBytes).then((answer) => {
      settle();
      resolve(answer);
    }, fail);
  });
  refuseInterim(outgoing, fail);
  outgoing.on("error", (error) => fail(HttpTrouble.from(error)));
  outgoing.on("close", () => {
    // An answer that has begun has an end of its own.
    if (!hasBegun) fail(HttpTrouble.of("CUT_SHORT", "closed without an answer"));
  });
  outgoing.on("socket", (socket) => {
    if (connectTimeoutMs === Infinity || !socket.connecting) return;
    const timer = failAfter(Math.min(connectTimeoutMs, timeoutMs), "no connection");
    socket.once("connect", () => clearTimeout(timer));
  });
  failAfter(timeoutMs, "no whole answer");
  signal.addEventListener("abort", interrupt);
  if (signal.aborted) interrupt();
  else outgoing.end(body ?? undefined);
  return promise;
}

function refuseInterim(outgoing: ClientRequest, fail: (trouble: HttpTrouble) => void): void {
  let answers = 0;
  outgoing.on("information", () => {
    if (++answers > MOST_INTERIM_ANSWERS)
      fail(HttpTrouble.of("INFORMATIONAL_FLOOD", `more than ${MOST_INTERIM_ANSWERS} interim answers`));
  });
  outgoing.on("upgrade", (incoming, socket) => {
    socket.destroy();
    fail(changedProtocol(incoming));
  });
}

function changedProtocol({ statusCode }: IncomingMessage): HttpTrouble {
  return HttpTrouble.of("SWITCHED_PROTOCOLS", `HTTP ${statusCode}, a change of protocol`);
}

function collect(incoming: IncomingMessage, maxBodyBytes: number): Promise<HttpAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  const fail = (trouble: HttpTrouble): void => {
    reject(trouble);
    for (const chunk of chunks.splice(0)) chunk.fill(0);
  };
  incoming.on("data", (chunk: Buffer) => {
    sizeBytes += chunk.length;
    if (sizeBytes <= maxBodyBytes) chunks.push(chunk);
    else fail(HttpTrouble.of("TOO_LARGE", `more than ${maxBodyBytes / 1024} KiB`));
  });
  incoming.on("end", () => {
    if (!incoming.complete) return fail(cutShort());
    if (!isFramed(incoming)) return fail(HttpTrouble.of("NO_FRAMING", "a body that does not say where it ends"));
    resolve({ status: incoming.statusCode ?? 0, headers: headersOf(incoming), body: Buffer.concat(chunks) });
    // What is in the body is in one place.
    for (const chunk of chunks) chunk.fill(0);
  });
  incoming.on("error", (error) => fail(HttpTrouble.from(error)));
  incoming.on("close", () => fail(cutShort()));
  return promise;
}

function cutShort(): HttpTrouble {
  return HttpTrouble.of("CUT_SHORT", "an answer that breaks off");
}

// A body that ends where the connection does cannot be told from one that was cut: `m7g.large` from `m7g.la`. Of a failure
// the status says enough.
function isFramed({ headers, statusCode = 0 }: IncomingMessage): boolean {
  if (statusCode === 204 || statusCode >= 300) return true;
  return /\bchunked\s*$/i.test(headers["transfer-encoding"] ?? "") || headers["content-length"] !== undefined;
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(", ") : value]],
    ),
  );
}

// A deadline's signal is AbortSignal.timeout's, whose reason says so.
function endedBy({ reason }: AbortSignal): HttpTrouble {
  return reason instanceof Error && reason.name === "TimeoutError"
    ? HttpTrouble.of("TIMEOUT", "timed out")
    : HttpTrouble.of("INTERRUPTED", "stopped");
}
