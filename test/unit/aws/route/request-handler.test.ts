// What sends the requests to AWS, against servers and proxies that break every rule of HTTP.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { readClientSettings } from "../../../../agent/aws/route/endpoints.ts";
import { createRequestHandler, type RequestHandler } from "../../../../agent/aws/route/request-handler.ts";
import { HttpTrouble } from "../../../../agent/http/http-trouble.ts";
import type { Environment } from "../../../../agent/process/environment.ts";
import { assertWithin } from "../../../support/slowness.ts";
import { AT_ONCE, FOR_EVER } from "../../support/misbehaviours.ts";
import { httpReply, startRawServer, type RawReply, type RawServer } from "../../support/raw-server.ts";

const HOST = "secretsmanager.eu-west-1.amazonaws.com";

describe("createRequestHandler", () => {
  let handlers: RequestHandler[] = [];
  let servers: RawServer[] = [];

  afterEach(async () => {
    for (const handler of handlers) handler.destroy();
    await Promise.all(servers.map((server) => server.close()));
    [handlers, servers] = [[], []];
  });

  async function serve(reply: RawReply): Promise<RawServer> {
    const server = await startRawServer(() => reply);
    servers.push(server);
    return server;
  }

  function open(environment: Environment): RequestHandler {
    const handler = createRequestHandler(readClientSettings("SECRETS_MANAGER", environment), {
      maxBodyBytes: () => 65_536,
    });
    handlers.push(handler);
    return handler;
  }

  function post(handler: RequestHandler, url: string, abortSignal?: AbortSignal) {
    const { protocol, hostname, port } = new URL(url);
    const place = { protocol, hostname, ...(port === "" ? {} : { port: Number(port) }) };
    const request = { ...place, method: "POST", path: "/", headers: { host: hostname }, body: "{}" };
    return handler.handle(request, abortSignal ? { abortSignal } : {});
  }

  async function troubleOf(asking: Promise<unknown>): Promise<HttpTrouble> {
    const error = await asking.then(
      () => assert.fail("answered"),
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof HttpTrouble, String(error));
    return error;
  }

  it("gives an answer whole, with its status, whatever that is", async () => {
    for (const status of [200, 400, 500]) {
      const { endpoint } = await serve({ bytes: httpReply(status, '{"a":1}', { "x-a": "b" }) });
      const { response } = await post(open({}), endpoint);
      assert.deepEqual([response.statusCode, response.headers["x-a"], response.body.length], [status, "b", 7]);
    }
  });

  it("ends at once when the run is over, whatever the server has begun", async () => {
    for (const { reply } of FOR_EVER) {
      const { endpoint } = await serve(reply);
      const startMs = performance.now();
      assert.equal((await troubleOf(post(open({}), endpoint, AbortSignal.timeout(60)))).code, "TIMEOUT");
      assertWithin(1_000, performance.now() - startMs);
    }
  });

  for (const { title, reply } of AT_ONCE) {
    it(`opens no tunnel where the proxy's answer to CONNECT is ${title}`, async () => {
      const proxy = await serve(reply);
      const startMs = performance.now();
      const handler = open({ HTTPS_PROXY: proxy.endpoint });
      const trouble = await troubleOf(post(handler, `https://${HOST}`, AbortSignal.timeout(30_000)));
      // What looks like an answer with 200 is a tunnel, in which no TLS is spoken.
      const isOpened = /^HTTP\/1\.[01] 200/.test(`${reply.head ?? ""}${String(reply.bytes)}`);
      assert.ok(trouble.isOfProxy || isOpened, `${trouble.code} ${trouble.message}`);
      assertWithin(2_800, performance.now() - startMs, "the refusal, which is not by its timeout,");
      assert.match(proxy.asked[0]!, /^CONNECT secretsmanager\.eu-west-1\.amazonaws\.com:443 HTTP\/1\.1\r\n/);
    });
  }

  const refusals: readonly (readonly [status: number, word: string])[] = [
    [407, "HTTP 407"],
    [403, "HTTP 403"],
    [502, "HTTP 502"],
    [301, "HTTP 301"],
  ];
  for (const [status, word] of refusals) {
    it(`names the status ${status} of a proxy that opens no tunnel`, async () => {
      const proxy = await serve({ bytes: httpReply(status, "<html>hunter2</html>") });
      const trouble = await troubleOf(post(open({ HTTPS_PROXY: proxy.endpoint }), `https://${HOST}`));
      const code = status === 407 ? "PROXY_WANTS_LOGIN" : "PROXY_REFUSED";
      assert.deepEqual([trouble.code, trouble.message, trouble.isOfProxy], [code, word, true]);
    });
  }

  it("takes 407 of a proxy without a tunnel for the proxy's", async () => {
    const proxy = await serve({ bytes: httpReply(407, "") });
    const trouble = await troubleOf(post(open({ HTTP_PROXY: proxy.endpoint }), "http://vpce.example.com:8080"));
    assert.deepEqual([trouble.code, trouble.isOfProxy], ["PROXY_WANTS_LOGIN", true]);
    assert.match(proxy.asked[0]!, /^POST http:\/\/vpce\.example\.com:8080\/ HTTP\/1\.1\r\n/);
  });

  it("ends a tunnel that never opens, before the whole answer's time", async () => {
    const proxy = await serve({ bytes: "HTTP/1.1 200 Conn" });
    const startMs = performance.now();
    const trouble = await troubleOf(post(open({ HTTPS_PROXY: proxy.endpoint }), `https://${HOST}`));
    assert.deepEqual([trouble.code, trouble.isOfProxy], ["TIMEOUT", true]);
    assertWithin(4_000, performance.now() - startMs);
  });

  it("knows the way to the proxy from the way to the endpoint", async () => {
    const gone = await serve({ bytes: "" });
    await gone.close();
    servers = [];
    const byTunnel = await troubleOf(post(open({ HTTPS_PROXY: gone.endpoint }), `https://${HOST}`));
    assert.deepEqual([byTunnel.code, byTunnel.isOfProxy], ["ECONNREFUSED", true]);
    const plainly = await troubleOf(post(open({ HTTP_PROXY: gone.endpoint }), "http://vpce.example.com"));
    assert.deepEqual([plainly.code, plainly.isOfProxy], ["ECONNREFUSED", true]);
    const directly = await troubleOf(post(open({}), gone.endpoint));
    assert.deepEqual([directly.code, directly.isOfProxy], ["ECONNREFUSED", false]);
  });

  for (const [title, bytes, code] of [
    ["what speaks none", "HTTP/1.1 400 Bad Request\r\n\r\n", /^(?:ERR_SSL_|EPROTO)/],
    ["what hangs up", "", /^ECONNRESET$/],
  ] as const) {
    it(`ends where TLS is asked of ${title}`, async () => {
      const server = createServer((socket) =>
        socket.on("error", () => undefined).once("data", () => socket.end(bytes)),
      );
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
      const { port } = server.address() as AddressInfo;
      assert.match((await troubleOf(post(open({}), `https://127.0.0.1:${port}`))).code, code);
      server.close();
    });
  }
});
