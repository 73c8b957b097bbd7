// Plays IMDS and AWS to the warm run of agent/warm, out of plain data and on the loopback: a boot's requests are real then, and V8
// compiles what Node does for them too. In the process of the build, for a server's own code would be in each start.

import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { answerSample } from "../../agent/warm/warm-sample.ts";

/** Where the warm run looks for it. */
const VARIABLE = "PARBAKE_WARM_ENDPOINT";

export async function withWarmServer(work: () => Promise<void>): Promise<void> {
  const server = createServer((request, response) => {
    request.resume().once("end", () => {
      const { status, headers, body } = answerSample({ method: request.method ?? "", path: request.url ?? "" });
      response.writeHead(status, headers).end(body);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  process.env[VARIABLE] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    await work();
  } finally {
    Reflect.deleteProperty(process.env, VARIABLE);
    server.close();
    server.closeAllConnections();
  }
}
