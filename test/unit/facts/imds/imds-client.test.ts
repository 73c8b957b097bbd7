import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { startDeadline } from "../../../../agent/deadline.ts";
import { createImdsClient, type ImdsClient } from "../../../../agent/facts/imds/imds-client.ts";
import type { ImdsClientOptions } from "../../../../agent/facts/imds/imds-connection.ts";
import type { ImdsEndpoints } from "../../../../agent/facts/imds/imds-endpoint.ts";
import { Refusal } from "../../../../agent/refusal.ts";
import { assertWithin } from "../../../support/slowness.ts";
import {
  endpointOfNobody,
  type Reply,
  type Script,
  type ScriptedImds,
  startScriptedImds,
  token,
  withTokens,
  withValues,
} from "../../support/scripted-imds.ts";

// The shortest waits that full jitter may draw.
const random = () => 0;

const CLIENT = new URL("../../../../agent/facts/imds/imds-client.ts", import.meta.url).href;

describe("the IMDS client", () => {
  const open: { close(): unknown }[] = [];
  afterEach(async () => {
    for (const each of open.splice(0).toReversed()) await each.close();
  });

  async function serve(script: Script, options: Partial<ImdsClientOptions> & { deadlineMs?: number } = {}) {
    const imds = await startScriptedImds(script);
    open.push(imds);
    return { imds, client: connect([imds.endpoint], options) };
  }

  function connect(
    endpoints: ImdsEndpoints,
    { deadlineMs = 5_000, ...options }: Partial<ImdsClientOptions> & { deadlineMs?: number },
  ) {
    const client = createImdsClient({
      endpoints,
      deadline: startDeadline(deadlineMs),
      log: () => {},
      random,
      ...options,
    });
    open.push(client);
    return client;
  }

  describe("the session token", () => {
    it("is asked for once by PUT with a TTL and sent with every read, however many start at once", async () => {
      const { imds, client } = await serve(withValues({ a: "1", b: "2", c: "3" }));
      const values = await Promise.all([client.fetch("a"), client.fetch("b"), client.fetch("c")]);
      assert.deepEqual(values, ["1", "2", "3"]);
      const [first, ...reads] = imds.asked;
      assert.equal(`${first?.method} ${first?.path}`, "PUT /latest/api/token");
      assert.equal(first?.headers["x-aws-ec2-metadata-token-ttl-seconds"], "21600");
      assert.deepEqual(
        reads.map(({ method, headers }) => `${method} ${String(headers["x-aws-ec2-metadata-token"])}`),
        ["GET token-1", "GET token-1", "GET token-1"],
      );
    });

    it("is renewed before the TTL of the answer is over, and not sooner", async () => {
      let now = 0;
      const script = withTokens(({ method }, earlier) =>
        method === "PUT" ? token(`token-${earlier + 1}`, 100) : { status: 200, body: "x" },
      );
      const { imds, client } = await serve(script, { nowMs: () => now });
      await client.fetch("a");
      now = 89_000;
      await client.fetch("a");
      now = 91_000;
      await client.fetch("a");
      assert.deepEqual(tokensUsed(imds), ["token-1", "token-1", "token-2"]);
    });

    it("is renewed once for all reads that a 401 meets", async () => {
      const script = withTokens(({ method, headers }) => {
        if (method === "PUT") return undefined;
        return headers["x-aws-ec2-metadata-token"] === "token-1" ? { status: 401 } : { status: 200, body: "x" };
      });
      const { imds, client } = await serve(script);
      assert.deepEqual(await Promise.all(["a", "b", "c", "d"].map((path) => client.fetch(path))), ["x", "x", "x", "x"]);
      assert.equal(imds.asked.filter(({ method }) => method === "PUT").length, 2);
    });

    it("is not asked for a third time when the second gets a 401 too", async () => {
      const { imds, client } = await serve(
        withTokens(({ method }) => (method === "GET" ? { status: 401 } : undefined)),
      );
      await refuses(client.fetch("a"), "unavailable", /refuses \(401\) a session token that it has just issued/);
      assert.equal(imds.asked.filter(({ method }) => method === "PUT").length, 2);
    });

    it("is refused when it is no token, without showing it", async () => {
      const { imds, client } = await serve(() => ({ status: 200, body: "<html>sign in</html>" }));
      const refusal = await refuses(client.fetch("a"), "unavailable", /20 characters that are not a token/);
      assert.doesNotMatch(refusal.message, /sign in/);
      assert.equal(imds.asked.length, 1);
    });

    for (const status of [404, 405]) {
      it(`is never done without: ${status} to the PUT means v1 only, and no read follows`, async () => {
        const { imds, client } = await serve(({ method }) => ({ status: method === "PUT" ? status : 200, body: "v1" }));
        await refuses(client.fetch("a"), "unavailable", /IMDSv1 at most/);
        assert.deepEqual(
          imds.asked.map(({ method }) => method),
          ["PUT"],
        );
      });
    }
  });

  it("takes 404 for absence", async () => {
    const { client } = await serve(withValues({}));
    assert.equal(await client.fetch("spot/termination-time"), null);
  });

  it("takes 403 for IMDS switched off, at once, and names the remedy", async () => {
    const { imds, client } = await serve(() => ({ status: 403 }));
    await refuses(
      client.fetch("a"),
      "unavailable",
      /switched off.*modify-instance-metadata-options.*--http-endpoint enabled/,
    );
    assert.equal(imds.asked.length, 1);
  });

  for (const fault of [{ status: 429 }, { status: 500 }, { status: 503 }, "reset"] as const) {
    const name = fault === "reset" ? "a reset connection" : `status ${fault.status}`;
    it(`tries again after ${name}, of the token and of a read`, async () => {
      const script = withTokens(({ method }, earlier) => {
        if (earlier < 2) return fault;
        return method === "GET" ? { status: 200, body: "x" } : undefined;
      });
      const { imds, client } = await serve(script);
      assert.equal(await client.fetch("a"), "x");
      assert.equal(imds.asked.length, 6);
    });
  }

  it("gives a try that hangs up after a second and tries again", async () => {
    const { client } = await serve(
      withTokens(({ method }, earlier) => {
        if (method === "PUT") return undefined;
        return earlier === 0 ? "hang" : { status: 200, body: "x" };
      }),
    );
    const startMs = performance.now();
    assert.equal(await client.fetch("a"), "x");
    const tookMs = performance.now() - startMs;
    assert.ok(tookMs > 900, `${tookMs} ms`);
    assertWithin(3_000, tookMs);
  });

  it("ends with the deadline when nothing ever answers, and hints at the hop limit", async () => {
    const { client } = await serve(() => "hang", { deadlineMs: 200 });
    const startMs = performance.now();
    await refuses(
      client.fetch("a"),
      "unavailable",
      /answer to the request for a token never arrives.*: IMDS gave no answer in \d+\.\d s \(1 try; \S+api\/token: (?:timed out|no whole answer in \d+ ms)\).*hop-limit 2/,
    );
    assertWithin(1_000, performance.now() - startMs);
  });

  it("ends with the deadline when every try is refused, and names the variable that led there", async () => {
    const client = connect([await endpointOfNobody()], { deadlineMs: 150, random: Math.random });
    await refuses(
      client.fetch("a"),
      "unavailable",
      /^nothing answers where AWS_EC2_METADATA_SERVICE_ENDPOINT says.*tries; \S+: ECONNREFUSED\)\. Start what should listen/,
    );
  });

  it("waits no longer than its patience for the first token", async () => {
    const client = connect([await endpointOfNobody()], { deadlineMs: 60_000, patienceMs: 100 });
    const startMs = performance.now();
    await refuses(client.fetch("a"), "unavailable", /ECONNREFUSED/);
    assertWithin(2_000, performance.now() - startMs);
  });

  it("tells whoever reads after the end what the time was spent on", async () => {
    const client = connect([await endpointOfNobody()], { deadlineMs: 100 });
    client.prepare();
    await new Promise((resume) => setTimeout(resume, 200));
    await refuses(client.fetch("a"), "unavailable", /tries; \S+\/latest\/api\/token: ECONNREFUSED/);
    const waited = client.waitFor(
      "b",
      (text) => text,
      () => ({ what: "absent", fix: "Attach one." }),
    );
    await refuses(waited, "unavailable", /tries; \S+\/latest\/api\/token: ECONNREFUSED/);
  });

  it("has the whole deadline once there was a token", async () => {
    let now = 0;
    const script = withTokens(({ method }, earlier) => {
      if (method === "PUT") return earlier === 1 ? { status: 503 } : token("t", 10);
      return { status: 200, body: "x" };
    });
    const { client } = await serve(script, { patienceMs: 1_000, nowMs: () => now });
    await client.fetch("a");
    now = 60_000;
    assert.equal(await client.fetch("a"), "x");
  });

  it("says what it waits for once it has waited for seconds, and says it once", async () => {
    let now = 0;
    const said: string[] = [];
    const script = withTokens(({ path }, earlier) => {
      if (path !== "/latest/meta-data/iam/") return undefined;
      now += 1_000;
      return earlier < 5 ? { status: 404 } : { status: 200, body: "web" };
    });
    const log: ImdsClientOptions["log"] = (level, text, fields) =>
      void (level === "warn" && said.push(`${text} ${String(fields?.["path"])} ${String(fields?.["detail"])}`));
    const { client } = await serve(script, { nowMs: () => now, log });
    const take = (text: string) => text;
    await client.waitFor("iam/", take, () => ({ what: "no role", fix: "Attach one." }));
    assert.deepEqual(said, ["IMDS gave no answer yet; trying again /latest/meta-data/iam/ not there yet"]);
  });

  it("refuses a body that is too large", async () => {
    const { client } = await serve(withValues({ a: "x".repeat(70_000) }));
    await refuses(client.fetch("a"), "unavailable", /meta-data\/a answers with more than 64 KiB/);
  });

  describe("a body that is no value", () => {
    const TTL = { "x-aws-ec2-metadata-token-ttl-seconds": "100" };
    const bodies: readonly (readonly [title: string, broken: Reply])[] = [
      ["that is empty", { status: 200, body: "", headers: TTL }],
      ["that breaks off", { raw: "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nm7g.la" }],
      ["whose end nothing tells", { raw: "HTTP/1.1 200 OK\r\n\r\nm7g.la" }],
      ["that is not UTF-8", { raw: "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n\u00ff\u00ff" }],
      ["with a NUL", { status: 200, body: "m7g\0", headers: TTL }],
    ];
    for (const [title, broken] of bodies) {
      it(`${title} is asked for again, be it of the token or of a read`, async () => {
        const { imds, client } = await serve(
          withTokens(({ method }, earlier) => {
            if (earlier < 2) return broken;
            return method === "GET" ? { status: 200, body: "m7g.large" } : undefined;
          }),
        );
        assert.equal(await client.fetch("instance-type"), "m7g.large");
        assert.equal(imds.asked.length, 6);
      });

      it(`${title} is no role and no credentials`, async () => {
        const { client } = await serve(
          withTokens(({ method }, earlier) => {
            if (method === "PUT") return undefined;
            return earlier < 2 ? broken : { status: 200, body: "web" };
          }),
        );
        const taken: string[] = [];
        const take = (text: string) => (taken.push(text), text);
        assert.equal(await client.waitFor("iam/", take, () => ({ what: "no role", fix: "Attach one." })), "web");
        assert.deepEqual(taken, ["web"]);
      });
    }

    it("that is empty to the end is told", async () => {
      const { client } = await serve(withValues({ "instance-type": "" }), { deadlineMs: 100 });
      await refuses(
        client.fetch("instance-type"),
        "unavailable",
        /answers with nothing.*instance-type: an empty answer/,
      );
    });

    it("may be empty where the caller takes that", async () => {
      const { client } = await serve(withValues({ a: "" }));
      assert.equal(await client.fetch("a", "be-empty"), "");
    });

    it("of a token that is too long is refused", async () => {
      const { client } = await serve(() => token("x".repeat(2_000), 100));
      await refuses(client.fetch("a"), "unavailable", /2000 characters that are not a token/);
      const { client: other } = await serve(() => token("x".repeat(70_000), 100));
      await refuses(other.fetch("a"), "unavailable", /api\/token answers with more than 64 KiB/);
    });
  });

  it("takes a failure that came through a proxy for the proxy's", async () => {
    const { client } = await serve(() => ({ status: 403, headers: { via: "1.1 proxy.example" } }));
    const refusal = await refuses(
      client.fetch("a"),
      "unavailable",
      /^a proxy answers for IMDS at \S+: HTTP 403.*nft list/,
    );
    assert.doesNotMatch(refusal.message, /proxy\.example/);
  });

  for (const status of [302, 400]) {
    it(`refuses status ${status} at once`, async () => {
      const { imds, client } = await serve(
        withTokens(({ method }) =>
          method === "GET" ? { status, headers: { location: "http://127.0.0.1:9/" } } : undefined,
        ),
      );
      await refuses(client.fetch("a"), "unavailable", new RegExp(`answers ${status}`));
      assert.equal(imds.asked.length, 2);
    });
  }

  it("shows nothing of what comes when that is no HTTP", async () => {
    const { client } = await serve(() => ({ raw: "S3CRET garbage\r\n\r\n" }), { deadlineMs: 100 });
    const refusal = await refuses(client.fetch("a"), "unavailable", /HPE_/);
    assert.doesNotMatch(`${refusal.message} ${String(refusal.stack)} ${String(refusal.cause)}`, /S3CRET/);
  });

  it("reads many things at once without a warning", async () => {
    const warnings: Error[] = [];
    const note = (warning: Error): unknown => warnings.push(warning);
    process.on("warning", note);
    const { client } = await serve(
      withTokens(({ method }) => (method === "GET" ? { status: 200, body: "x" } : undefined)),
    );
    await Promise.all(Array.from({ length: 60 }, (_, index) => client.fetch(`tags/instance/${index}`)));
    await new Promise(setImmediate);
    process.off("warning", note);
    assert.deepEqual(warnings, []);
  });

  it("stops at close, whatever is under way", async () => {
    const { client } = await serve(() => "hang", { deadlineMs: 60_000 });
    const reading = refuses(client.fetch("a"), "unavailable", /no answer in 0\.\d s/);
    setTimeout(() => client.close(), 20);
    const startMs = performance.now();
    await reading;
    assertWithin(900, performance.now() - startMs);
  });

  it("uses no proxy, even where the environment makes Node's own requests use one", async () => {
    const { imds } = await serve(withValues({ "instance-type": "m7g.large" }));
    const proxy = await startScriptedImds(() => ({ status: 502 }));
    open.push(proxy);
    const program = `
      import { createImdsClient } from ${JSON.stringify(CLIENT)};
      const deadline = { remainingMs: () => 2000, signal: AbortSignal.timeout(2000) };
      const client = createImdsClient({ endpoints: [new URL(${JSON.stringify(imds.endpoint.href)})], deadline, log() {} });
      process.stdout.write(await client.fetch("instance-type"));
      client.close();`;
    const env = { NODE_USE_ENV_PROXY: "1", http_proxy: proxy.endpoint.href, HTTP_PROXY: proxy.endpoint.href };
    const run = promisify(execFile)(process.execPath, ["--input-type=module", "-e", program], { env });
    assert.equal((await run).stdout, "m7g.large");
    assert.deepEqual(proxy.asked, []);
  });
});

function tokensUsed(imds: ScriptedImds): unknown[] {
  return imds.asked.filter(({ method }) => method === "GET").map(({ headers }) => headers["x-aws-ec2-metadata-token"]);
}

async function refuses(promise: ReturnType<ImdsClient["fetch"]>, code: string, message: RegExp): Promise<Refusal> {
  const error: unknown = await promise.then(
    (value) => assert.fail(`gave ${String(value)}`),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof Refusal, String(error));
  assert.equal(error.code, code);
  assert.match(error.message, message);
  return error;
}
