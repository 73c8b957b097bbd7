// The name server of the simulated network: it knows no name, and says so at once, where silence would cost each program seconds.

import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";

const PORT = 53;
/** RFC 1035: an answer, recursion wanted and available, no such name. */
const NO_SUCH_NAME = 0x8183;
const HEAD_BYTES = 12;

export async function startNameServer(): Promise<Socket> {
  const socket = createSocket({ type: "udp6" }); // Of both families.
  socket.on("message", (message, { address, port }) => {
    const reply = refuse(message);
    if (reply) socket.send(reply, port, address);
  });
  socket.bind(PORT);
  await once(socket, "listening");
  return socket;
}

/** Null: no question. The question stands in the answer again, and nothing after it. */
export function refuse(message: Buffer): Buffer | null {
  const end = message.indexOf(0, HEAD_BYTES) + 5; // The name's last length, its type and its class.
  if (message.length < HEAD_BYTES || end < HEAD_BYTES || end > message.length) return null;
  const reply = Buffer.from(message.subarray(0, end));
  reply.writeUInt16BE(NO_SUCH_NAME, 2);
  reply.writeUInt16BE(1, 4); // One question,
  reply.fill(0, 6, HEAD_BYTES); // and no record.
  return reply;
}
