// TLS as a server of the test's sees it.

import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { createServer, type Server, type TLSSocket } from "node:tls";
import { tcpTo, tlsTo, type OpenSocket } from "../../../agent/http/open-socket.ts";
import { makeCertificates, type TestCertificates } from "../support/tls-front.ts";

describe("tlsTo", () => {
  let made: TestCertificates;
  let server: Server;
  let port = 0;
  const seen: { readonly name: string | false; readonly protocol: string | false; readonly isResumed: boolean }[] = [];
  const opened: Socket[] = [];

  before(function () {
    const certificates = makeCertificates(["localhost", "127.0.0.1"]);
    if (certificates === null) {
      for (const test of this.test?.parent?.tests ?? []) test.title += " (skipped: there is no openssl)";
      return this.skip();
    }
    made = certificates;
  });
  after(() => made?.remove());
  beforeEach(async () => {
    server = createServer({ cert: made.cert, key: made.key, ALPNProtocols: ["h2", "http/1.1"] }, (socket) => {
      seen.push({
        name: socket.servername ?? false,
        protocol: socket.alpnProtocol ?? false,
        isResumed: socket.isSessionReused(),
      });
      socket.on("error", () => {});
      socket.end("x");
    });
    server.on("tlsClientError", () => {});
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    ({ port } = server.address() as AddressInfo);
  });
  afterEach(async () => {
    seen.length = 0;
    for (const socket of opened.splice(0)) socket.destroy();
    server.close();
    await once(server, "close");
  });

  async function open(way: OpenSocket): Promise<TLSSocket> {
    const socket = (await way()) as TLSSocket;
    opened.push(socket);
    return socket;
  }

  /** Until the server has ended it. */
  async function read(way: OpenSocket): Promise<void> {
    const socket = await open(way);
    socket.resume();
    await once(socket, "end");
  }

  it("names the host to the server, except an address, and speaks HTTP/1.1 alone", async () => {
    await read(tlsTo({ host: "localhost", port }, { ca: made.ca }));
    await read(tlsTo({ host: "127.0.0.1", port }, { ca: made.ca }));
    assert.deepEqual(
      seen.map(({ name, protocol }) => [name, protocol]),
      [
        ["localhost", "http/1.1"],
        [false, "http/1.1"],
      ],
    );
  });

  it("resumes the session of the last connection to the place", async () => {
    const way = tlsTo({ host: "localhost", port }, { ca: made.ca });
    for (let time = 0; time < 3; time++) await read(way);
    await read(tlsTo({ host: "localhost", port }, { ca: made.ca }));
    assert.deepEqual(
      seen.map(({ isResumed }) => isResumed),
      [false, true, true, false],
    );
  });

  it("checks the certificate, over TCP and within another socket, against the trust and the name", async () => {
    const code = async (way: OpenSocket): Promise<unknown> => {
      const socket = await open(way);
      return new Promise((resolve) => socket.once("close", () => resolve((socket.errored as { code?: string }).code)));
    };
    const below = tcpTo({ host: "127.0.0.1", port });
    const unknown = "UNABLE_TO_VERIFY_LEAF_SIGNATURE";
    const [here, elsewhere] = [
      { host: "localhost", port },
      { host: "other.example", port },
    ];
    assert.equal(await code(tlsTo(here, {})), unknown);
    assert.equal(await code(tlsTo(here, {}, below)), unknown);
    assert.equal(await code(tlsTo(elsewhere, { ca: made.ca }, below)), "ERR_TLS_CERT_ALTNAME_INVALID");
    const within = await open(tlsTo(here, { ca: made.ca }, below));
    await once(within, "secureConnect");
    assert.ok(within.authorized);
  });
});
