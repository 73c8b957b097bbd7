// A TCP server on the loopback that answers each request with whatever bytes a test's script says, HTTP or not, and then does
// what no HTTP server would.

import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";

export interface RawReply {
  /** Sent once, before the rest. */
  readonly head?: string;
  readonly bytes: string | Buffer;
  /** Default: the connection stays open, and silent. `again`: the bytes once more, for as long as they are taken. */
  readonly after?: "end" | "reset" | "again";
  /** One byte, then a wait of so many milliseconds, and so on. */
  readonly dripMs?: number;
}

export interface RawServer {
  readonly port: number;
  /** `http://127.0.0.1:PORT` */
  readonly endpoint: string;
  /** What came, the head of each request. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

/** @param script what is sent after the head of a request; `earlier`: how many were answered before */
export async function startRawServer(script: (head: string, earlier: number) => RawReply): Promise<RawServer> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let told = "";
    socket.on("error", () => undefined);
    socket.on("close", () => sockets.delete(socket));
    socket.on("data", (chunk) => {
      told += chunk.toString("latin1");
      const end = told.indexOf("\r\n\r\n");
      if (end < 0) return;
      const head = told.slice(0, end);
      const bodyBytes = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0);
      if (told.length < end + 4 + bodyBytes) return;
      told = told.slice(end + 4 + bodyBytes);
      asked.push(head);
      send(script(head, asked.length - 1), socket);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    server.close();
    for (const socket of sockets) socket.destroy();
    await once(server, "close");
  };
  return { port, endpoint: `http://127.0.0.1:${port}`, asked, close };
}

function send({ head, bytes, after, dripMs }: RawReply, socket: Socket): void {
  if (head !== undefined) socket.write(head);
  if (dripMs !== undefined) return drip(Buffer.from(bytes), dripMs, socket);
  switch (after) {
    case undefined:
      return void socket.write(bytes);
    case "end":
      return void socket.end(bytes);
    case "reset":
      return void socket.write(bytes, () => setImmediate(() => socket.resetAndDestroy()));
    case "again":
      return flood(bytes, socket);
  }
}

function flood(bytes: string | Buffer, socket: Socket): void {
  if (socket.destroyed) return;
  socket.write(bytes, () => setImmediate(() => flood(bytes, socket)));
}

function drip(bytes: Buffer, dripMs: number, socket: Socket): void {
  let sent = 0;
  const timer = setInterval(() => {
    if (sent < bytes.length && !socket.destroyed) socket.write(bytes.subarray(sent, ++sent));
    else clearInterval(timer);
  }, dripMs);
}

/** A whole answer of HTTP/1.1. */
export function httpReply(status: number, body: string, headers: Readonly<Record<string, string>> = {}): string {
  const all = { "content-length": String(Buffer.byteLength(body)), ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} Status\r\n${lines.join("")}\r\n${body}`;
}
