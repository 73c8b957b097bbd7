// Gives the one instance of a network its address, as a VPC does. Knows no leases: whoever asks gets the same.

import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";

export interface Lease {
  readonly address: string;
  readonly netmask: string;
  /** The router, the name server, and this server itself. */
  readonly server: string;
}

const SERVER_PORT = 67;
const CLIENT_PORT = 68;
/** RFC 2131: what stands before the options, and the mark that they begin with. */
const HEAD_BYTES = 236;
const COOKIE = Buffer.from([99, 130, 83, 99]);
const LEASE_SECONDS = 3600;

/** RFC 2132. */
const OPTION = { netmask: 1, router: 3, nameServer: 6, leaseSeconds: 51, kind: 53, server: 54, end: 255 } as const;
const KIND = { discover: 1, offer: 2, request: 3, ack: 5 } as const;

export async function startDhcpServer(lease: Lease): Promise<Socket> {
  const socket = createSocket("udp4");
  socket.on("message", (message) => {
    const reply = answer(message, lease);
    if (reply) socket.send(reply, CLIENT_PORT, "255.255.255.255");
  });
  socket.bind(SERVER_PORT);
  await once(socket, "listening");
  socket.setBroadcast(true);
  return socket;
}

/** Null: nothing that asks for an address. */
export function answer(message: Buffer, lease: Lease): Buffer | null {
  const kind = readKind(message);
  if (kind !== KIND.discover && kind !== KIND.request) return null;
  const head = Buffer.from(message.subarray(0, HEAD_BYTES));
  head[0] = 2; // A reply, to the same client and transaction.
  octets(lease.address).copy(head, 16);
  octets(lease.server).copy(head, 20);
  head.fill(0, 44); // The server's name and the boot file.
  return Buffer.concat([head, COOKIE, buildOptions(kind === KIND.discover ? KIND.offer : KIND.ack, lease)]);
}

function readKind(message: Buffer): number | null {
  let at = HEAD_BYTES + COOKIE.length;
  while (at < message.length && message[at] !== OPTION.end) {
    if (message[at] === OPTION.kind) return message[at + 2] ?? null;
    at += message[at] === 0 ? 1 : 2 + (message[at + 1] ?? 0);
  }
  return null;
}

function buildOptions(kind: number, { netmask, server }: Lease): Buffer {
  const seconds = Buffer.alloc(4);
  seconds.writeUInt32BE(LEASE_SECONDS);
  const options: readonly (readonly [number, Buffer])[] = [
    [OPTION.kind, Buffer.from([kind])],
    [OPTION.server, octets(server)],
    [OPTION.leaseSeconds, seconds],
    [OPTION.netmask, octets(netmask)],
    [OPTION.router, octets(server)],
    [OPTION.nameServer, octets(server)],
  ];
  const parts = options.map(([code, value]) => Buffer.concat([Buffer.from([code, value.length]), value]));
  return Buffer.concat([...parts, Buffer.from([OPTION.end])]);
}

function octets(address: string): Buffer {
  return Buffer.from(address.split(".").map(Number));
}
