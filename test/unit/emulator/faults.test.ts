import assert from "node:assert/strict";
import { request } from "node:http";
import { startEmulator, type Emulator } from "../../../scripts/emulator/emulator.ts";
import type { Fault, FaultAction } from "../../../scripts/emulator/faults.ts";

const ROLE_PATH = "/latest/meta-data/iam/security-credentials/web";

describe("scripted faults", () => {
  let emulator: Emulator;

  beforeEach(async () => {
    emulator = await startEmulator({ world: { imds: { tokens: "optional" } } });
  });
  afterEach(async () => {
    await emulator.close();
    assert.deepEqual(emulator.surprises, []);
  });

  function script(action: FaultAction, fault: Partial<Fault> = {}): void {
    emulator.setFaults([{ match: { service: "imds" }, ...fault, do: action }]);
  }

  async function status(path = "/latest/meta-data/instance-id", init: RequestInit = {}): Promise<number> {
    const response = await fetch(emulator.endpoint + path, init);
    await response.arrayBuffer();
    return response.status;
  }

  /** The error code of a request that gets no whole answer. */
  function codeOf(path = "/latest/meta-data/instance-id"): Promise<string> {
    const { promise, resolve } = Promise.withResolvers<string>();
    const done = (error: NodeJS.ErrnoException): void => resolve(error.code ?? "none");
    request(emulator.endpoint + path, { timeout: 100 }, (response) => response.on("error", done).resume())
      .on("timeout", () => resolve("TIMEOUT"))
      .on("error", done)
      .end();
    return promise;
  }

  it("answers with the status and body of the script as often as it says, then as usual", async () => {
    script({ kind: "status", status: 503, body: "not now" }, { times: 2 });
    const first = await fetch(`${emulator.endpoint}/latest/meta-data/instance-id`);
    assert.deepEqual([first.status, await first.text()], [503, "not now"]);
    assert.deepEqual([await status(), await status()], [503, 200]);
  });

  it("acts for as long as it says, from the first request that it matches", async () => {
    let nowMs = 0;
    await emulator.close();
    emulator = await startEmulator({ world: { imds: { tokens: "optional" } }, nowMs: () => nowMs });
    script({ kind: "status", status: 503 }, { match: { service: "imds", path: "/latest/meta-data/*" }, forMs: 10_000 });
    nowMs = 60_000;
    assert.equal(await status(), 503);
    nowMs = 69_999;
    assert.equal(await status(), 503);
    nowMs = 70_000;
    assert.deepEqual([await status(), await status()], [200, 200]);
  });

  it("sends the true answer slowly, and all of it", async () => {
    script({ kind: "slow", bytesPerSecond: 10 });
    const startMs = performance.now();
    const response = await fetch(`${emulator.endpoint}/latest/meta-data/instance-id`);
    assert.equal(await response.text(), "i-0a1b2c3d4e5f60718");
    assert.ok(performance.now() - startMs >= 990);
  });

  it("meets only requests of its method, path or beginning of a path", async () => {
    emulator.setFaults([
      { match: { service: "imds", path: "/latest/meta-data/ami-id" }, do: { kind: "status", status: 500 } },
      { match: { service: "imds", path: "/latest/meta-data/placement/*" }, do: { kind: "status", status: 429 } },
      { match: { service: "imds", method: "PUT" }, do: { kind: "status", status: 503 } },
    ]);
    assert.equal(await status("/latest/meta-data/ami-id"), 500);
    assert.equal(await status("/latest/meta-data/placement/region"), 429);
    assert.equal(await status("/latest/api/token", { method: "PUT" }), 503);
    assert.equal(await status("/latest/meta-data/mac"), 200);
  });

  it("delays and then goes on to the next fault", async () => {
    emulator.setFaults([
      { match: { service: "imds" }, do: { kind: "delay", ms: 60 } },
      { match: { service: "imds" }, do: { kind: "status", status: 500 } },
    ]);
    const startMs = performance.now();
    assert.equal(await status(), 500);
    assert.ok(performance.now() - startMs >= 55);
    assert.deepEqual(emulator.requests.at(-1)?.faults, ["delay", "status"]);
  });

  it("hangs until the client gives up", async () => {
    script({ kind: "hang" });
    assert.equal(await codeOf(), "TIMEOUT");
  });

  it("resets the connection", async () => {
    script({ kind: "reset" });
    assert.equal(await codeOf(), "ECONNRESET");
  });

  it("sends bytes that are no HTTP, or breaks off half-way", async () => {
    script({ kind: "garbage", as: "http" });
    assert.match(await codeOf(), /^HPE_/);
    script({ kind: "garbage", as: "truncated" });
    assert.equal(await codeOf(), "ECONNRESET");
  });

  it("answers a token request with somebody else's page", async () => {
    script({ kind: "garbage" });
    const response = await fetch(`${emulator.endpoint}/latest/api/token`, { method: "PUT" });
    assert.equal(response.status, 200);
    assert.match(await response.text(), /^<html>/);
  });

  it("sends a body of as many bytes as it is told", async () => {
    script({ kind: "oversized", bytes: 300_000 });
    const response = await fetch(`${emulator.endpoint}/latest/meta-data/instance-id`);
    assert.equal((await response.arrayBuffer()).byteLength, 300_000);
  });

  it("lets so many requests a second pass and refuses the others", async () => {
    script({ kind: "throttle", perSecond: 2 });
    assert.deepEqual([await status(), await status(), await status()], [200, 200, 429]);
  });

  it("keeps a bucket of tokens for each operation, which fills again by the clock and never beyond its burst", async () => {
    let nowMs = 0;
    const timed = await startEmulator({ nowMs: () => nowMs, keepAlive: false });
    const match = { service: "secretsmanager" } as const;
    timed.setFaults([
      { match: { ...match, operation: "GetSecretValue" }, do: { kind: "token-bucket", perSecond: 10, burst: 2 } },
      { match: { ...match, operation: "DescribeSecret" }, do: { kind: "token-bucket", perSecond: 1, burst: 1 } },
    ]);
    const isThrottled = async (operation: string): Promise<boolean> => {
      const headers = { "x-amz-target": `secretsmanager.${operation}` };
      const response = await fetch(timed.endpoint, { method: "POST", headers, body: "{}" });
      return (await response.text()).includes('"__type":"ThrottlingException"');
    };
    const ask = async (times: number): Promise<number> => {
      let answered = 0;
      for (let time = 0; time < times; time++) answered += (await isThrottled("GetSecretValue")) ? 0 : 1;
      return answered;
    };
    try {
      assert.equal(await ask(4), 2);
      assert.equal(await isThrottled("DescribeSecret"), false);
      nowMs = 100;
      assert.equal(await ask(3), 1);
      nowMs = 60_000;
      assert.equal(await ask(4), 2);
      assert.equal(timed.requests.at(-1)!.atMs, 60_000);
      assert.equal(new Set(timed.requests.map(({ connection }) => connection)).size, 12);
    } finally {
      await timed.close();
    }
  });

  it("has no role credentials for as many requests as it says, everything else at once", async () => {
    script({ kind: "not-yet", forRequests: 2 });
    assert.equal(await status(), 200);
    assert.deepEqual([await status(ROLE_PATH), await status(ROLE_PATH), await status(ROLE_PATH)], [404, 404, 200]);
  });

  it("has no role credentials for as long as it says, counted from the first request for them", async () => {
    script({ kind: "not-yet", forMs: 80 });
    const startMs = performance.now();
    while ((await status(ROLE_PATH)) === 404);
    assert.ok(performance.now() - startMs >= 75);
  });

  it("is switched off: 403 for tokens and values alike", async () => {
    script({ kind: "switched-off" });
    assert.deepEqual([await status("/latest/api/token", { method: "PUT" }), await status()], [403, 403]);
  });

  it("knows only version 1: no tokens, and values without one", async () => {
    emulator.setWorld({});
    assert.equal(await status(), 401);
    script({ kind: "v1-only", status: 405 });
    assert.deepEqual([await status("/latest/api/token", { method: "PUT" }), await status()], [405, 200]);
  });
});
