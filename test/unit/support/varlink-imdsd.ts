// A stand-in for systemd-imdsd: io.systemd.InstanceMetadata over Varlink on a Unix socket, which answers by a table. As systemd 262's
// own, it says of a key that IMDS does not have only that something failed.

import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { makeFolder, removeFolder } from "../../support/folders.ts";

interface Call {
  readonly method: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** Its text, the name of an error, or bytes that are no Varlink. */
export type DaemonReply = { readonly text: string } | { readonly error: string } | { readonly raw: string } | "hang";

export interface StandIn {
  readonly socket: string;
  readonly calls: readonly Call[];
  /** How many were asked at the same time, at most. */
  readonly mostAtOnce: () => number;
  close(): Promise<void>;
}

/** @param script null: it does not have that key */
export async function startImdsd(script: (key: string, earlier: number) => DaemonReply | null): Promise<StandIn> {
  const folder = makeFolder("/tmp", "imdsd", "test");
  const socket = join(folder, "io.systemd.InstanceMetadata");
  const calls: Call[] = [];
  const open = new Set<Socket>();
  let mostAtOnce = 0;
  const server = createServer((connection) => {
    open.add(connection);
    mostAtOnce = Math.max(mostAtOnce, open.size);
    connection.on("error", () => undefined);
    connection.on("close", () => open.delete(connection));
    let told = "";
    connection.on("data", (bytes) => {
      told += bytes.toString("utf8");
      if (!told.endsWith("\0")) return;
      const call = JSON.parse(told.slice(0, -1)) as Call;
      told = "";
      const key = String(call.parameters["key"]);
      const earlier = calls.filter(({ parameters }) => parameters["key"] === key).length;
      calls.push(call);
      send(script(key, earlier) ?? { error: "io.systemd.System" }, connection);
    });
  });
  server.listen(socket);
  await once(server, "listening");
  const close = async (): Promise<void> => {
    server.close();
    for (const each of open) each.destroy();
    await once(server, "close");
    removeFolder(folder);
  };
  return { socket, calls, mostAtOnce: () => mostAtOnce, close };
}

function send(reply: DaemonReply, connection: Socket): void {
  if (reply === "hang") return;
  if ("raw" in reply) return void connection.end(reply.raw);
  const message =
    "error" in reply
      ? { error: reply.error, parameters: { origin: "linux" } }
      : { parameters: { data: Buffer.from(reply.text, "latin1").toString("base64"), interface: 2 } };
  connection.write(`${JSON.stringify(message)}\0`);
}

/** Keys with their texts, and the folders that list them. */
export function imdsdOf(values: Readonly<Record<string, string>>) {
  return (key: string): DaemonReply | null => {
    if (key in values) return { text: values[key]! };
    const inside = Object.keys(values).filter((each) => key.endsWith("/") && each.startsWith(key));
    const names = inside.map((each) => each.slice(key.length).replace(/\/.*/, "/"));
    return names.length === 0 ? null : { text: [...new Set(names)].join("\n") };
  };
}
