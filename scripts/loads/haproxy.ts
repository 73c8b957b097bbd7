// HAProxy with nearly all of its connections busy: clients over TLS ask a server behind it for a large answer and do not read it.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { GIB, KIB, MIB } from "../../agent/size.ts";
import { HAPROXY_STATS, haproxyGlobal } from "../../test/real/support/haproxy.ts";
import { mostFiles } from "../../test/real/support/machine-limits.ts";
import type { Programs } from "../../test/real/support/open-programs.ts";
import { withService } from "../../test/real/support/service.ts";
import { numberOf, type Tuned, textOf } from "../../test/real/support/tune.ts";
import { atEachShare, shareOf } from "./load.ts";
import { CERTIFICATE, leaveUnread, openSocket, prepareAnswers } from "./unread-answers.ts";

const CONFIG = "/etc/haproxy/parbake-bench.cfg";
const SOCKET = "/srv/haproxy-clients.sock";

/** The server behind it: nginx, which sends a file. */
const BEHIND_CONFIG = "/etc/nginx/parbake-behind.conf";
const BEHIND = "/srv/behind.sock";

/** Its buffer has 16 KiB, of which it keeps some for what it changes. */
const HEADER_BYTES = 12 * KIB;

/** Of its connections, and of the files that this machine lets it open: some are its own. */
const BUSY = 0.97;
const FILES_OF_A_CONNECTION = 2;

/** More than the second has, one process cannot open. */
export const haproxyLoads = atEachShare(
  { title: "HAProxy 2.6", profile: "haproxy", options: [], processes: ["haproxy"], run },
  [shareOf(512 * MIB), shareOf(2 * GIB)],
);

async function run(programs: Programs, tuned: Tuned): Promise<string> {
  const { machine, root } = programs;
  await prepareAnswers(programs);
  await writeFile(join(root, CONFIG), configOf(tuned));
  await writeFile(join(root, BEHIND_CONFIG), BEHIND_NGINX);
  const listens = (path: string) => () =>
    openSocket(join(root, path)).then(
      (socket) => Boolean(socket.destroy()),
      () => false,
    );
  const behind = { name: "behind", argv: ["nginx", "-c", BEHIND_CONFIG], isReady: listens(BEHIND) };
  const argv = ["haproxy", "-db", "-m", textOf(tuned, "memory"), "-f", CONFIG];
  const maxconn = numberOf(tuned, "maxconn");
  const count = Math.floor(Math.min(maxconn, mostFiles() / FILES_OF_A_CONNECTION) * BUSY);
  const left = await withService(machine, behind, () =>
    withService(machine, { name: "haproxy", argv, isReady: listens(HAPROXY_STATS) }, () =>
      leaveUnread({ socketPath: join(root, SOCKET), count, headerBytes: HEADER_BYTES }),
    ),
  );
  return `${left} answers over TLS that nobody reads, of ${maxconn} connections`;
}

function configOf(tuned: Tuned): string {
  return `${haproxyGlobal(tuned)}defaults
  mode http
  timeout client 600s
  timeout server 600s
  timeout connect 10s
frontend clients
  bind unix@${SOCKET} mode 666 ssl crt ${CERTIFICATE}
  default_backend behind
backend behind
  server behind unix@${BEHIND}
`;
}

const BEHIND_NGINX = `daemon off;
worker_rlimit_nofile 100000;
events { worker_connections 50000; }
http {
  access_log off;
  sendfile on;
  send_timeout 600s;
  server { listen unix:${BEHIND}; root /srv; }
}
`;
