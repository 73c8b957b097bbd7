// One question to a program that listens on a socket file, and all that it answers until it closes.

import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";

export async function askSocket(path: string, question: string): Promise<string> {
  const socket = connect(path);
  await once(socket, "connect");
  socket.write(question);
  return text(socket);
}
