// nginx with as many busy connections as it is said to hold: clients over TLS that ask for a large answer of a server behind it
// and do not read it, so that every buffer is full. The rest of what a worker may have stays idle.

import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connect as connectTls } from "node:tls";
import { KIB } from "../../agent/tuning/size.ts";
import type { Programs } from "../../test/real/open-programs.ts";
import { withService } from "../../test/real/service.ts";
import { numberOf, type Tuned, textOf } from "../../test/real/tune.ts";
import { atEachShare } from "./load.ts";

const CONFIG = "/etc/nginx/parbake-bench.conf";
const SOCKET = "/srv/nginx.sock";
const ANSWER_BYTES = 512 * KIB;

/** Busy connections of each: the client's, the one to the server behind, and that server's own, since it is nginx, too. */
const BUSY_OF_A_REQUEST = 3;

/** More are not opened at a time: the handshakes would time out. */
const AT_ONCE = 50;

export const nginxLoads = atEachShare({
  title: "nginx 1.22",
  profile: "nginx",
  options: [],
  processes: ["nginx"],
  run,
});

async function run({ machine, root }: Programs, tuned: Tuned): Promise<string> {
  const subject = ["-subj", "/CN=bench", "-keyout", "/srv/key.pem", "-out", "/srv/cert.pem"];
  await machine.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", ...subject]);
  await writeFile(join(root, "srv/large"), Buffer.alloc(ANSWER_BYTES, "x"));
  await writeFile(join(root, CONFIG), configOf(tuned));
  const path = join(root, SOCKET);
  const isReady = () => openSocket(path).then(Boolean, () => false);
  const service = { name: "nginx", argv: ["nginx", "-c", CONFIG], isReady };
  const open = numberOf(tuned, "worker_processes") * numberOf(tuned, "worker_connections");
  // The workers do not share connections evenly: a third of the places stays free.
  const busy = Math.min(numberOf(tuned, "busy_connections"), (open * 2) / 3);
  const requests = Math.floor(busy / BUSY_OF_A_REQUEST);
  return withService(machine, service, async () => {
    const sockets: Socket[] = [];
    try {
      while (sockets.length < requests) {
        const count = Math.min(AT_ONCE, requests - sockets.length);
        sockets.push(...(await Promise.all(Array.from({ length: count }, () => ask(path)))));
      }
      await sleep(2000);
      return `${requests} answers over TLS that nobody reads, of a server behind it`;
    } finally {
      for (const socket of sockets) socket.destroy();
    }
  });
}

async function openSocket(path: string): Promise<Socket> {
  const socket = connect(path);
  await once(socket, "connect");
  return socket;
}

/** Headers of 24 KiB, and an answer that is never read. */
async function ask(path: string): Promise<Socket> {
  const socket = connectTls({ socket: await openSocket(path), rejectUnauthorized: false });
  await once(socket, "secureConnect");
  socket.pause();
  const header = "x".repeat(7 * KIB);
  const headers = ["Host: bench", ...[1, 2, 3].map((index) => `X-Large-${index}: ${header}`)];
  socket.write(`GET /large HTTP/1.1\r\n${headers.join("\r\n")}\r\n\r\n`);
  return socket;
}

function configOf(tuned: Tuned): string {
  const directive = (name: string): string => `${name} ${textOf(tuned, name)};`;
  return `daemon off;
${directive("worker_processes")}
${directive("worker_rlimit_nofile")}
events { ${directive("worker_connections")} }
http {
  access_log off;
  sendfile on;
  send_timeout 300s;
  upstream behind { server unix:/srv/behind.sock; }
  server {
    listen unix:${SOCKET} ssl;
    ssl_certificate /srv/cert.pem;
    ssl_certificate_key /srv/key.pem;
    location / { proxy_pass http://behind; proxy_max_temp_file_size 0; proxy_http_version 1.1; }
  }
  server { listen unix:/srv/behind.sock; root /srv; }
}
`;
}
