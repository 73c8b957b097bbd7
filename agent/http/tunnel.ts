// The way through a proxy: CONNECT, then whatever the caller speaks. An answer that opens no tunnel is the proxy's trouble.

import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import type { Socket } from "node:net";
import { MAX_HEADER_BYTES } from "./exchange.ts";
import { HttpTrouble } from "./http-trouble.ts";

interface TunnelOptions {
  readonly proxy: URL;
  readonly authorization: string | null;
  /** What an https proxy's certificate is checked against. Without `ca`: Node's own list. */
  readonly trust: { readonly ca?: string };
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** @param target `host:port`. Rejects with HttpTrouble alone. */
export function openTunnel(target: string, options: TunnelOptions): Promise<Socket> {
  const { proxy, authorization, trust, timeoutMs, signal } = options;
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const outgoing = (proxy.protocol === "https:" ? httpsRequest : httpRequest)({
    method: "CONNECT",
    host: proxy.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: proxy.port,
    path: target,
    headers: { host: target, ...(authorization === null ? {} : { "proxy-authorization": authorization }) },
    agent: false,
    maxHeaderSize: MAX_HEADER_BYTES,
    ...trust,
  });
  const settle = (): void => {
    clearTimeout(timer);
    signal.removeEventListener("abort", interrupt);
  };
  const fail = (trouble: HttpTrouble): void => {
    settle();
    reject(trouble);
    outgoing.destroy();
  };
  const interrupt = (): void => fail(HttpTrouble.ofProxy("INTERRUPTED", "stopped"));
  const timer = setTimeout(
    () => fail(HttpTrouble.ofProxy("TIMEOUT", `no answer to CONNECT in ${Math.round(timeoutMs)} ms`)),
    timeoutMs,
  );
  // Every final answer to CONNECT is this event, with whatever status.
  outgoing.on("connect", (answer, socket, head) => {
    settle();
    // Whoever takes the socket over hears of its end.
    socket.on("error", () => undefined);
    const trouble = troubleOf(answer, head);
    if (trouble === null) return resolve(socket);
    reject(trouble);
    socket.destroy();
  });
  outgoing.on("error", (error) => fail(HttpTrouble.from(error, true)));
  outgoing.on("close", () => fail(HttpTrouble.ofProxy("CUT_SHORT", "closed without an answer")));
  signal.addEventListener("abort", interrupt);
  if (signal.aborted) interrupt();
  else outgoing.end();
  return promise;
}

function troubleOf({ statusCode = 0 }: IncomingMessage, head: Buffer): HttpTrouble | null {
  if (statusCode < 200 || statusCode > 299) return HttpTrouble.ofProxy("PROXY_REFUSED", `HTTP ${statusCode}`);
  // In TLS the client speaks first: bytes before that cannot come from the target.
  return head.length === 0 ? null : HttpTrouble.ofProxy("PROXY_SPOKE_FIRST", "bytes before the tunnel is used");
}
