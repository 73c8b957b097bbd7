// The sockets that requests leave by: TCP, or TLS over it or over another socket. Node checks every certificate.

import { connect, isIP, type Socket } from "node:net";
import { connect as connectTls, createSecureContext, type SecureContext } from "node:tls";

/** Resolves with a socket that may still be connecting, and whose errors have a listener. */
export type OpenSocket = () => Promise<Socket>;

export interface Place {
  /** Without brackets. */
  readonly host: string;
  readonly port: number;
}

/** What a certificate is checked against, as PEM. Without `ca`: Node's own list. */
export interface Trust {
  readonly ca?: string | string[];
}

export function tcpTo({ host, port }: Place): OpenSocket {
  return async () => quiet(connect({ host, port, noDelay: true }));
}

/** @param openBelow the way there; null: TCP. Offers the session of the last connection again */
export function tlsTo({ host, port }: Place, trust: Trust, openBelow: OpenSocket | null = null): OpenSocket {
  let context: SecureContext | null = null;
  let session: Buffer | null = null;
  return async () => {
    const below = openBelow === null ? {} : { socket: await openBelow() };
    const secureContext = (context ??= createSecureContext(trust));
    const resumed = session === null ? {} : { session };
    const servername = isIP(host) === 0 ? host : "";
    const options = { host, port, servername, secureContext, ALPNProtocols: ["http/1.1"], ...below, ...resumed };
    const socket = quiet(connectTls(options)).setNoDelay(true);
    socket.on("session", (fresh: Buffer) => (session = fresh));
    socket.on("close", (isByError) => {
      if (isByError) session = null;
    });
    return socket;
  };
}

/** Whoever takes it over hears of its end. */
function quiet<Kind extends Socket>(socket: Kind): Kind {
  return socket.on("error", () => {});
}
