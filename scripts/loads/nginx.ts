// nginx with as many busy connections as its profile says: clients over TLS ask a server behind it for a large answer and do not
// read it, so that every buffer is full. The other connections that a worker may have stay idle.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { KIB } from "../../agent/size.ts";
import type { Programs } from "../../test/real/support/open-programs.ts";
import { withService } from "../../test/real/support/service.ts";
import { numberOf, type Tuned, textOf } from "../../test/real/support/tune.ts";
import { atEachShare } from "./load.ts";
import { CERTIFICATE, KEY, leaveUnread, openSocket, prepareAnswers } from "./unread-answers.ts";

const CONFIG = "/etc/nginx/parbake-bench.conf";
const SOCKET = "/srv/nginx.sock";
/** Three of its four large buffers of 8 KiB. */
const HEADER_BYTES = 21 * KIB;

/** Busy connections of each: the client's, the one to the server behind, and that server's own, since it is nginx, too. */
const BUSY_OF_A_REQUEST = 3;

export const nginxLoads = atEachShare({
  title: "nginx 1.22",
  profile: "nginx",
  options: [],
  processes: ["nginx"],
  run,
});

async function run(programs: Programs, tuned: Tuned): Promise<string> {
  const { machine, root } = programs;
  await prepareAnswers(programs);
  await writeFile(join(root, CONFIG), configOf(tuned));
  const socketPath = join(root, SOCKET);
  const isReady = () => openSocket(socketPath).then(Boolean, () => false);
  const open = numberOf(tuned, "worker_processes") * numberOf(tuned, "worker_connections");
  // The workers do not share connections evenly: a third of the places stays free.
  const busy = Math.min(numberOf(tuned, "busy_connections"), (open * 2) / 3);
  const count = Math.floor(busy / BUSY_OF_A_REQUEST);
  const left = await withService(machine, { name: "nginx", argv: ["nginx", "-c", CONFIG], isReady }, () =>
    leaveUnread({ socketPath, count, headerBytes: HEADER_BYTES }),
  );
  return `${left} answers over TLS that nobody reads, of a server behind it`;
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
    ssl_certificate ${CERTIFICATE};
    ssl_certificate_key ${KEY};
    location / { proxy_pass http://behind; proxy_max_temp_file_size 0; proxy_http_version 1.1; }
  }
  server { listen unix:/srv/behind.sock; root /srv; }
}
`;
}
