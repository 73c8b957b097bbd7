// Run inside the machine: makes a stream in the memory of a NATS server, and publishes until JetStream refuses a message.
// Usage: fill-stream.mjs PAYLOAD_BYTES. Prints how many messages it took.

import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

const payload = "x".repeat(Number(process.argv[2]));

/** JetStream answers each message: so many may be unanswered. */
const WINDOW = 2000;
const MOST_MS = 300_000;

const STREAM = { name: "load", subjects: ["load.*"], storage: "memory", discard: "new" };

const startMs = Date.now();
const talk = { sent: 0, answered: 0, refusal: "" };
const socket = connect(4222, "127.0.0.1");
await once(socket, "connect");
socket.on("data", (data) => {
  const text = data.toString();
  talk.answered += text.split("MSG inbox.").length - 1;
  if (text.includes('"error"')) talk.refusal ||= text;
});

socket.write(`CONNECT {"verbose":false,"pedantic":false}\r\nSUB inbox.* 1\r\n`);
await publish("$JS.API.STREAM.CREATE.load", JSON.stringify(STREAM));
await waitFor(() => talk.answered > 0);
while (talk.refusal === "") {
  for (let message = 0; message < WINDOW / 2; message++) await publish(`load.${talk.sent % 1000}`, payload);
  await waitFor(() => talk.sent - talk.answered <= WINDOW || talk.refusal !== "");
}
if (!talk.refusal.includes("insufficient resources")) throw new Error(talk.refusal);
console.log(talk.answered);
process.exit(0);

async function publish(subject, body) {
  talk.sent++;
  if (!socket.write(`PUB ${subject} inbox.a ${body.length}\r\n${body}\r\n`)) await once(socket, "drain");
}

async function waitFor(isSo) {
  while (!isSo()) {
    if (Date.now() - startMs > MOST_MS) throw new Error(`not full after ${MOST_MS} ms and ${talk.sent} messages`);
    await sleep(1);
  }
}
