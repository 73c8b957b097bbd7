// Clients over TLS that ask a server for a large answer and do not read it, so that every buffer of their connections fills.

import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connect as connectTls } from "node:tls";
import { KIB } from "../../agent/size.ts";
import type { Programs } from "../../test/real/support/open-programs.ts";

/** With its key, as HAProxy takes it. */
export const CERTIFICATE = "/srv/certificate.pem";
export const KEY = "/srv/key.pem";

const ANSWER_BYTES = 512 * KIB;

/** More are not opened at a time: the handshakes would time out. */
const AT_ONCE = 50;

const SETTLE_MS = 2000;

/** What the server needs for it: a certificate, and the answer as `/srv/large`. */
export async function prepareAnswers({ machine, root }: Programs): Promise<void> {
  const subject = ["-subj", "/CN=bench", "-keyout", KEY, "-out", CERTIFICATE];
  await machine.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", ...subject]);
  await machine.run(["sh", "-c", `cat ${KEY} >> ${CERTIFICATE}`]);
  await writeFile(join(root, "srv/large"), Buffer.alloc(ANSWER_BYTES, "x"));
}

interface UnreadAnswers {
  /** Of the server. */
  readonly socketPath: string;
  readonly count: number;
  readonly headerBytes: number;
}

/** How many of them still wait when all of them have asked. */
export async function leaveUnread({ socketPath, count, headerBytes }: UnreadAnswers): Promise<number> {
  const sockets: Socket[] = [];
  try {
    while (sockets.length < count) {
      const next = Array.from({ length: Math.min(AT_ONCE, count - sockets.length) }, () =>
        ask(socketPath, headerBytes),
      );
      sockets.push(...(await Promise.all(next)));
    }
    await sleep(SETTLE_MS);
    return sockets.filter(({ destroyed }) => !destroyed).length;
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}

export async function openSocket(path: string): Promise<Socket> {
  const socket = connect(path);
  await once(socket, "connect");
  return socket;
}

async function ask(path: string, headerBytes: number): Promise<Socket> {
  const socket = connectTls({ socket: await openSocket(path), rejectUnauthorized: false });
  await once(socket, "secureConnect");
  socket.on("error", () => {}); // One that the server drops: it is not counted.
  socket.pause();
  const header = "x".repeat(headerBytes / 3);
  const headers = ["Host: bench", ...[1, 2, 3].map((index) => `X-Large-${index}: ${header}`)];
  socket.write(`GET /large HTTP/1.1\r\n${headers.join("\r\n")}\r\n\r\n`);
  return socket;
}
