// Run inside the machine: opens connections to RabbitMQ by STOMP, and sends messages that nobody takes until it lets no more in.
// Usage: send-stomp.mjs CONNECTIONS MOST_BYTES. Prints how many connections it had and how many bytes it sent.

import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

const [connections, mostBytes] = process.argv.slice(2).map(Number);

const MESSAGE = "x".repeat(4096);
const PUBLISHERS = 20;
/** So long without a byte that was taken: publishers wait. */
const PATIENCE_MS = 8000;
/** Of all of it. */
const MOST_MS = 45_000;

const startMs = Date.now();

const sockets = [];
while (sockets.length < connections) sockets.push(await open());
const sent = { bytes: 0, lastMs: Date.now() };
const publishing = sockets.slice(0, PUBLISHERS).map((socket, queue) => publish(socket, queue));
await Promise.race([Promise.all(publishing), waitForPublishers()]);
console.log(`${sockets.length} ${sent.bytes}`);
process.exit(0);

async function publish(socket, queue) {
  const frame = `SEND\ndestination:/queue/load${queue}\n\n${MESSAGE}\0`;
  for (let times = mostBytes / PUBLISHERS / MESSAGE.length; times > 0; times--) {
    const isTaken = socket.write(frame);
    Object.assign(sent, { bytes: sent.bytes + MESSAGE.length, lastMs: Date.now() });
    if (!isTaken) await once(socket, "drain");
  }
}

async function waitForPublishers() {
  while (Date.now() - sent.lastMs < PATIENCE_MS && Date.now() - startMs < MOST_MS) await sleep(200);
}

async function open() {
  const socket = connect(61613, "127.0.0.1");
  await once(socket, "connect");
  socket.write("CONNECT\naccept-version:1.2\nhost:/\nlogin:guest\npasscode:guest\nheart-beat:0,0\n\n\0");
  const [answer] = await once(socket, "data");
  if (!answer.toString().startsWith("CONNECTED")) throw new Error(`RabbitMQ refuses: ${answer}`);
  socket.on("data", (data) => console.error(data.toString()));
  return socket;
}
