// An HTTP server on the loopback that answers as a test's script says, and remembers what it was asked.

import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export type Reply =
  | { readonly status: number; readonly body?: string; readonly headers?: Readonly<Record<string, string>> }
  /** Bytes that need be no HTTP, then the end. */
  | { readonly raw: string }
  | "hang"
  | "reset";

/** @param earlier how often this method and path have been asked before */
export type Script = (asked: Asked, earlier: number) => Reply;

export interface ScriptedImds {
  readonly endpoint: URL;
  readonly asked: readonly Asked[];
  close(): Promise<void>;
}

export async function startScriptedImds(script: Script): Promise<ScriptedImds> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const now = { method: request.method ?? "", path: request.url ?? "", headers: request.headers };
    const earlier = asked.filter(({ method, path }) => method === now.method && path === now.path).length;
    asked.push(now);
    send(script(now, earlier), response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { endpoint: endpointOf(server), asked, close: () => close(server) };
}

function send(reply: Reply, response: ServerResponse): void {
  if (reply === "hang") return;
  if (reply === "reset") response.socket?.resetAndDestroy();
  else if ("raw" in reply) response.socket?.end(reply.raw, "latin1");
  else response.writeHead(reply.status, reply.headers).end(reply.body ?? "");
}

/** A healthy token service; `rest` answers everything else, 404 where it has nothing. */
export function withTokens(rest: (asked: Asked, earlier: number) => Reply | undefined): Script {
  return (asked, earlier) => {
    const ours = rest(asked, earlier);
    if (ours !== undefined) return ours;
    if (asked.method === "PUT") return token(`token-${earlier + 1}`, 21_600);
    return { status: 404 };
  };
}

export function token(body: string, ttlSeconds: number): Reply {
  return { status: 200, body, headers: { "x-aws-ec2-metadata-token-ttl-seconds": String(ttlSeconds) } };
}

/** Healthy IMDS with these values below `latest/meta-data/`. */
export function withValues(values: Readonly<Record<string, string>>): Script {
  return withTokens(({ method, path }) => {
    const body = values[path.replace("/latest/meta-data/", "")];
    return method === "GET" && body !== undefined ? { status: 200, body } : undefined;
  });
}

function endpointOf(server: Server): URL {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("not listening");
  return new URL(`http://127.0.0.1:${address.port}`);
}

async function close(server: Server): Promise<void> {
  server.close();
  server.closeAllConnections();
  await once(server, "close");
}

/** Where nobody listens. */
export async function endpointOfNobody(): Promise<URL> {
  const gone = await startScriptedImds(() => "hang");
  await gone.close();
  return gone.endpoint;
}
