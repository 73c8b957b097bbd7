// An instance's metadata in the emulator and in amazon-ec2-metadata-mock, and plain requests for it.

import type { Party } from "./contract.ts";
import { startEmulatorServer, startMetadataMock, type RunningServer } from "./servers.ts";

export interface Instance {
  readonly endpoint: string;
  readonly token: string;
  readonly role: string;
}

interface Seen {
  readonly status: number;
  readonly type: string | null;
  readonly ttl: string | null;
  readonly body: string;
}

export const TTL_HEADER = "x-aws-ec2-metadata-token-ttl-seconds";

export async function ask(endpoint: string, path: string, init: RequestInit = {}): Promise<Seen> {
  const response = await fetch(`${endpoint}/latest/${path}`, init);
  const { status, headers } = response;
  return { status, type: headers.get("content-type"), ttl: headers.get(TTL_HEADER), body: await response.text() };
}

export function putToken(endpoint: string, headers: Record<string, string>): Promise<Seen> {
  return ask(endpoint, "api/token", { method: "PUT", headers });
}

export function read({ endpoint, token }: Instance, path: string): Promise<Seen> {
  return ask(endpoint, path, { headers: { "x-aws-ec2-metadata-token": token } });
}

export async function readAll(instance: Instance, paths: readonly string[]): Promise<Seen[]> {
  return Promise.all(paths.map((path) => read(instance, path)));
}

async function prepare({ endpoint }: RunningServer, role: string): Promise<Instance> {
  const { body: token } = await putToken(endpoint, { [TTL_HEADER]: "300" });
  return { endpoint, token, role };
}

export const PARTIES: readonly Party<Instance>[] = [
  {
    name: "emulator",
    start: () =>
      startEmulatorServer({
        imds: { values: { "meta-data/tags/instance": { Name: "web-1", Test: "yes" }, "user-data": "#!/bin/sh\n" } },
      }),
    prepare: (server) => prepare(server, "web"),
  },
  { name: "aemm", start: startMetadataMock, prepare: (server) => prepare(server, "baskinc-role") },
];

export async function readDocument(instance: Instance, path: string): Promise<Record<string, unknown>> {
  const document: Record<string, unknown> = JSON.parse((await read(instance, path)).body);
  return document;
}
