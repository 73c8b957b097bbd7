import assert from "node:assert/strict";
import { connect } from "node:net";
import type { HttpAnswer } from "../../../agent/http/answer-parser.ts";
import { Connections } from "../../../agent/http/connections.ts";
import { exchange, type ExchangeLimits } from "../../../agent/http/exchange.ts";
import { HttpTrouble } from "../../../agent/http/http-trouble.ts";
import { tcpTo } from "../../../agent/http/open-socket.ts";
import { assertWithin } from "../../support/slowness.ts";
import { AT_ONCE, FOR_EVER, type Misbehaviour } from "../support/misbehaviours.ts";
import { httpReply, startRawServer, type RawReply, type RawServer } from "../support/raw-server.ts";
import { zeroedTexts } from "../support/zeroed.ts";

const CANARY = "hunter2-canary";

describe("exchange", () => {
  let server: RawServer | null = null;
  let connections: Connections | null = null;

  afterEach(async () => {
    connections?.destroy();
    await server?.close();
    server = null;
  });

  async function ask(reply: RawReply, limits: Partial<ExchangeLimits> = {}): Promise<HttpAnswer> {
    await open(() => reply);
    return askAgain(limits);
  }

  async function open(script: Parameters<typeof startRawServer>[0]): Promise<void> {
    connections?.destroy();
    server = await startRawServer(script);
    connections = new Connections(tcpTo({ host: "127.0.0.1", port: server.port }));
  }

  function askAgain(limits: Partial<ExchangeLimits> = {}): Promise<HttpAnswer> {
    const request = { method: "GET", target: "/", host: "127.0.0.1", headers: {} };
    const usual = { signal: new AbortController().signal, timeoutMs: 5_000, maxBodyBytes: 65_536 };
    return exchange(connections!, request, { ...usual, ...limits });
  }

  async function troubleOf(asking: Promise<HttpAnswer>): Promise<HttpTrouble> {
    const error = await asking.then(
      ({ body }) => assert.fail(`answered: ${body.toString()}`),
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof HttpTrouble, String(error));
    return error;
  }

  function assertCode(trouble: HttpTrouble, { code }: Misbehaviour): void {
    if (typeof code === "string") assert.equal(trouble.code, code);
    else assert.match(trouble.code, code);
  }

  it("gives a whole answer, framed by its length or in chunks, after interim answers too", async () => {
    const interim = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n";
    const { status, headers, body } = await ask({ bytes: interim + httpReply(200, "text", { "X-Two": "a" }) });
    assert.deepEqual([status, headers["x-two"], body.toString()], [200, "a", "text"]);
    await server!.close();
    const chunked = await ask({
      bytes: "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n",
    });
    assert.equal(chunked.body.toString(), "abc");
  });

  it("zeroes the pieces that an answer came in, of one that it refuses too", async () => {
    const piece = `HTTP/1.1 200 OK\r\ncontent-length: ${CANARY.length}\r\n\r\n${CANARY}`;
    assert.ok((await zeroedTexts(() => ask({ bytes: piece }))).includes(CANARY));
    await server!.close();
    const cut = piece.replace(/content-length: \d+/, "content-length: 99");
    const zeroed = await zeroedTexts(() => troubleOf(ask({ bytes: cut }, { timeoutMs: 200 })));
    assert.ok(zeroed.includes(CANARY));
  });

  it("keeps the connection for the next one", async () => {
    await ask({ bytes: httpReply(200, "one") });
    assert.equal(connections!.idleCount, 1);
    assert.equal((await askAgain()).body.toString(), "one");
    assert.equal(server!.asked.length, 2);
  });

  it("takes a failure's status for enough, whatever its body's end", async () => {
    const { status } = await ask({ bytes: "HTTP/1.1 502 Bad Gateway\r\n\r\n<html>", after: "end" });
    assert.equal(status, 502);
  });

  for (const each of AT_ONCE) {
    it(`ends at once on ${each.title}`, async () => {
      const startMs = performance.now();
      assertCode(await troubleOf(ask(each.reply)), each);
      assertWithin(4_000, performance.now() - startMs, "the trouble, which is not by its timeout,");
    });
  }

  for (const each of FOR_EVER) {
    it(`ends in time on ${each.title}`, async () => {
      const startMs = performance.now();
      assertCode(await troubleOf(ask(each.reply, { timeoutMs: 150 })), each);
      assertWithin(2_000, performance.now() - startMs);
    });
  }

  for (const each of FOR_EVER) {
    it(`ends at the deadline on ${each.title}`, async () => {
      const startMs = performance.now();
      const trouble = await troubleOf(ask(each.reply, { signal: AbortSignal.timeout(150) }));
      assert.deepEqual([trouble.code, trouble.message], ["TIMEOUT", "timed out"]);
      assertWithin(2_000, performance.now() - startMs);
    });
  }

  for (const limits of [{ timeoutMs: 50 }, { timeoutMs: 5_000, connectTimeoutMs: 50 }]) {
    it(`tells a connection that does not come about from an answer that does not come, by ${Object.keys(limits).at(-1)}`, async () => {
      // A name that never resolves.
      const socket = connect({ host: "nowhere.invalid", port: 80, lookup: () => {} });
      connections = new Connections(async () => socket);
      assert.equal((await troubleOf(askAgain(limits))).code, "CONNECT_TIMEOUT");
      assert.equal((await troubleOf(ask({ bytes: "" }, { ...limits, timeoutMs: 50 }))).code, "TIMEOUT");
    });
  }

  it("ends when it is stopped, before it began too", async () => {
    const stopped = await troubleOf(ask({ bytes: "" }, { signal: AbortSignal.abort() }));
    assert.equal(stopped.code, "INTERRUPTED");
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 20);
    assert.equal((await troubleOf(askAgain({ signal: stop.signal }))).code, "INTERRUPTED");
  });

  const answer = httpReply(200, `{"password":"${CANARY}"}`, { "content-type": "application/json" });
  for (const after of ["end", "reset"] as const) {
    it(`never takes a part of an answer for the whole, cut by ${after === "end" ? "the end" : "a reset"} after each byte`, async function () {
      this.timeout(20_000);
      let length = 0;
      await open(() => ({ bytes: answer.slice(0, length), after }));
      for (; length < answer.length; length++) {
        const trouble = await troubleOf(askAgain());
        assert.doesNotMatch(`${trouble.stack} ${JSON.stringify(trouble)}`, /hunter2/, `after ${length} bytes`);
      }
      if (after === "end") assert.equal((await askAgain()).body.toString(), `{"password":"${CANARY}"}`);
    });
  }

  it("takes no byte that comes before the request for its answer", async () => {
    await open((_, earlier) =>
      earlier === 0 ? { bytes: httpReply(200, "mine") } : { bytes: httpReply(200, "yours") },
    );
    assert.equal((await askAgain()).body.toString(), "mine");
    assert.equal((await askAgain()).body.toString(), "yours");
  });
});
