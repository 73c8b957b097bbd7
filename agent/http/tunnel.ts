// The way through a proxy: CONNECT, then whatever the caller speaks. An answer that opens no tunnel is the proxy's trouble.

import type { Socket } from "node:net";
import { AnswerParser } from "./answer-parser.ts";
import { Connections } from "./connections.ts";
import { converse, type TimeLimits } from "./conversation.ts";
import { writeRequest } from "./http-request.ts";
import { HttpTrouble } from "./http-trouble.ts";
import type { OpenSocket } from "./open-socket.ts";

interface TunnelOptions extends TimeLimits {
  /** To the proxy. */
  readonly open: OpenSocket;
  readonly authorization: string | null;
}

/** @param target `host:port`. Rejects with HttpTrouble alone. */
export async function openTunnel(target: string, { open, authorization, ...limits }: TunnelOptions): Promise<Socket> {
  const headers = authorization === null ? {} : { "proxy-authorization": authorization };
  const request = writeRequest({ method: "CONNECT", target, host: target, headers });
  const parser = new AnswerParser(0, true);
  const connections = new Connections(open);
  try {
    const { socket } = await converse(connections, request, parser, limits, "answer to CONNECT");
    const trouble = troubleOf(parser);
    if (trouble === null) return socket.removeAllListeners("data").pause();
    socket.destroy();
    throw trouble;
  } catch (error) {
    throw HttpTrouble.from(error, true);
  }
}

function troubleOf(parser: AnswerParser): HttpTrouble | null {
  const { status } = parser.take();
  if (status > 299) return HttpTrouble.ofDeclined(status);
  // In TLS the client speaks first: bytes before that cannot come from the target.
  return parser.hasRest ? HttpTrouble.ofProxy("PROXY_SPOKE_FIRST", "bytes before the tunnel is used") : null;
}
