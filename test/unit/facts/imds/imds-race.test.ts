import assert from "node:assert/strict";
import { mock } from "node:test";
import { startDeadline } from "../../../../agent/deadline.ts";
import { createImdsClient } from "../../../../agent/facts/imds/imds-client.ts";
import type { ImdsEndpoints } from "../../../../agent/facts/imds/imds-endpoint.ts";
import { Refusal } from "../../../../agent/refusal.ts";
import { startEmulator } from "../../../../scripts/emulator/emulator.ts";
import type { Fault } from "../../../../scripts/emulator/faults.ts";
import { assertWithin } from "../../../support/slowness.ts";
import {
  endpointOfNobody,
  type Script,
  startScriptedImds,
  token,
  withTokens,
  withValues,
} from "../../support/scripted-imds.ts";

describe("the race of IMDS's two addresses", () => {
  const open: { close(): unknown }[] = [];
  afterEach(async () => {
    for (const each of open.splice(0).toReversed()) await each.close();
  });

  async function serve(script: Script) {
    const imds = await startScriptedImds(script);
    open.push(imds);
    return imds;
  }

  function connect(endpoints: ImdsEndpoints, deadlineMs = 5_000) {
    const client = createImdsClient({ endpoints, deadline: startDeadline(deadlineMs), log: () => {} });
    open.push(client);
    return client;
  }

  /** While no timer goes off. */
  async function timeless<T>(work: () => Promise<T>): Promise<T> {
    mock.timers.enable({ apis: ["setTimeout"] });
    try {
      return await work();
    } finally {
      mock.timers.reset();
    }
  }

  it("asks the first alone where that answers", async () => {
    const [one, other] = [await serve(withValues({ a: "one" })), await serve(withValues({ a: "other" }))];
    await timeless(async () => {
      assert.equal(await connect([one.endpoint, other.endpoint]).fetch("a"), "one");
      mock.timers.tick(1_000);
    });
    // Whoever had asked before is heard before this one.
    assert.equal(await connect([other.endpoint]).fetch("a"), "other");
    assert.deepEqual(
      other.asked.map(({ method }) => method),
      ["PUT", "GET"],
    );
  });

  it("asks the second at once where the first has nobody", async () => {
    const [nobody, other] = [await endpointOfNobody(), await serve(withValues({ a: "other" }))];
    assert.equal(await timeless(() => connect([nobody, other.endpoint]).fetch("a")), "other");
  });

  it("asks the second after a moment where the first does not answer, keeps it, and fetches one token", async () => {
    const one = await serve(() => "hang");
    const other = await serve(withValues({ a: "1", b: "2" }));
    const client = connect([one.endpoint, other.endpoint]);
    const startMs = performance.now();
    assert.deepEqual(await Promise.all([client.fetch("a"), client.fetch("b")]), ["1", "2"]);
    const tookMs = performance.now() - startMs;
    assert.ok(tookMs > 140, `${tookMs} ms`);
    assertWithin(600, tookMs);
    assert.equal(await client.fetch("a"), "1");
    assert.deepEqual(
      [one, other].map(({ asked }) => asked.filter(({ method }) => method === "PUT").length),
      [1, 1],
    );
    assert.equal(one.asked.length, 1);
  });

  it("is the first's where it answers late, but before the second", async () => {
    const late: Fault = { match: { service: "imds", method: "PUT" }, do: { kind: "delay", ms: 300 } };
    const one = await startEmulator({ world: { faults: [late] } });
    const other = await serve(() => "hang");
    open.push(one);
    assert.equal(await connect([new URL(one.endpoint), other.endpoint]).fetch("instance-type"), "m7g.large");
    assert.equal(other.asked.length, 1);
  });

  it("goes on with the other where the one that began to answer breaks off", async () => {
    const one = await serve(() => "reset");
    const other = await serve(withValues({ a: "other" }));
    assert.equal(await connect([one.endpoint, other.endpoint]).fetch("a"), "other");
  });

  it("renews a token where it got the first", async () => {
    const one = await serve(() => "hang");
    let reads = 0;
    const other = await serve(
      withTokens(({ method, headers }, earlier) => {
        if (method === "PUT") return token(`token-${earlier + 1}`, 100);
        reads += 1;
        return headers["x-aws-ec2-metadata-token"] === "token-1" && reads > 1
          ? { status: 401 }
          : { status: 200, body: "x" };
      }),
    );
    const client = connect([one.endpoint, other.endpoint]);
    assert.equal(await client.fetch("a"), "x");
    assert.equal(await client.fetch("b"), "x");
    assert.equal(one.asked.length, 1);
    assert.equal(other.asked.filter(({ method }) => method === "PUT").length, 2);
  });

  it("ends with how each of them failed, in one line", async () => {
    const busy = await serve(() => ({ status: 503 }));
    const nobody = await endpointOfNobody();
    const error: unknown = await connect([nobody, busy.endpoint], 200)
      .fetch("a")
      .catch((reason: unknown) => reason);
    assert.ok(error instanceof Refusal);
    const [one, other] = [nobody.origin, busy.endpoint.origin].map((each) => each.replaceAll(".", "\\."));
    const fates = `${one}/latest/api/token: ECONNREFUSED; ${other}/latest/api/token: HTTP 503`;
    assert.match(error.message, new RegExp(`^IMDS is throttling[^\n]*\\(\\d+ (?:try|tries); ${fates}\\)[^\n]*$`));
  });
});
