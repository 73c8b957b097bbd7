import assert from "node:assert/strict";
import { startDeadline } from "../../../../agent/deadline.ts";
import { fetchRoleCredentials } from "../../../../agent/facts/fetch-role-credentials.ts";
import { createImdsClient } from "../../../../agent/facts/imds/imds-client.ts";
import { startEmulator, type Emulator } from "../../../../scripts/emulator/emulator.ts";
import type { FaultAction } from "../../../../scripts/emulator/faults.ts";
import { ROLE_CREDENTIALS, type AccessKey, type WorldInput } from "../../../../scripts/emulator/world.ts";
import { assertWithin } from "../../../support/slowness.ts";
import {
  CANARY,
  keyOf,
  openSource,
  refusalOf,
  stepOf,
  VALID,
  valueOf,
  type OpenSource,
} from "../../support/open-source.ts";

const OLD = "00000000-0000-4000-8000-00000000000a";
const NEW = "00000000-0000-4000-8000-00000000000b";
const NEXT = "00000000-0000-4000-8000-00000000000c";

const WORLD: WorldInput = {
  secrets: [
    {
      name: "prod/db",
      versions: [
        { id: OLD, stages: ["AWSPREVIOUS"], string: '{"password":"old"}' },
        { id: NEW, stages: ["AWSCURRENT"], string: `{"password":"${CANARY}"}` },
        { id: NEXT, stages: ["AWSPENDING", "blue"], string: '{"password":"next"}' },
      ],
    },
    { name: "prod/new", versions: [{ id: NEW, string: '{"password":"first"}' }] },
    {
      name: "prod/turning",
      versions: [
        { id: OLD, string: '{"password":"x"}' },
        { id: NEXT, stages: ["AWSPENDING"] },
      ],
    },
  ],
};

function accessKey(accessKeyId: string, state: "valid" | "expired"): AccessKey {
  const { secretAccessKey, token } = ROLE_CREDENTIALS;
  return { accessKeyId, secretAccessKey, token, state };
}

describe("createSecretsSource", () => {
  let emulator: Emulator;
  const opened: OpenSource[] = [];

  beforeEach(async () => {
    emulator = await startEmulator({ world: WORLD });
  });
  afterEach(async () => {
    for (const { source } of opened.splice(0)) source.close();
    assert.deepEqual(emulator.surprises, []);
    await emulator.close();
  });

  function open(options?: Parameters<typeof openSource>[1]): OpenSource {
    const one = openSource(emulator.endpoint, { random: () => 0, ...options });
    opened.push(one);
    return one;
  }

  function script(times: number, action: FaultAction): void {
    emulator.setFaults([{ match: { service: "secretsmanager" }, times, do: action }]);
  }

  const calls = (): number => emulator.requests.filter(({ service }) => service === "secretsmanager").length;

  it("fetches a value with its version, the credentials fetched once for all secrets", async () => {
    const { source, credentialFetches } = open();
    const fetched = await Promise.all([source.fetchSecret(stepOf("prod/db")), source.fetchSecret(stepOf("prod/db"))]);
    assert.equal(fetched[0].versionId, NEW);
    assert.equal(fetched[0].values.get("password")!.reveal().toString(), CANARY);
    assert.equal(credentialFetches(), 1);
  });

  it("asks for all secrets at once, each by a call of its own, over connections that are kept", async () => {
    const { source } = open();
    const steps = Array.from({ length: 60 }, () => stepOf("prod/db"));
    const warnings: Error[] = [];
    const remember = (warning: Error): unknown => warnings.push(warning);
    process.on("warning", remember);
    await Promise.all(steps.map((step) => source.fetchSecret(step)));
    await Promise.all(steps.slice(0, 10).map((step) => source.fetchSecret(step)));
    await new Promise((resume) => setImmediate(resume));
    process.off("warning", remember);
    assert.equal(emulator.requests.length, 70);
    assert.ok(emulator.requests.every(({ operation }) => operation === "GetSecretValue"));
    assert.ok(new Set(emulator.requests.map(({ connection }) => connection)).size <= 50);
    assert.deepEqual(warnings, []);
  });

  const versions = [
    ["the stage AWSPREVIOUS", { version: { kind: "stage", stage: "AWSPREVIOUS" } }, "old", OLD],
    ["the stage AWSPENDING", { version: { kind: "stage", stage: "AWSPENDING" } }, "next", NEXT],
    ["a stage of the operator's own", { version: { kind: "stage", stage: "blue" } }, "next", NEXT],
    ["a pinned version", { version: { kind: "pinned", versionId: OLD } }, "old", OLD],
    ["the version before", { version: { kind: "previous" } }, "old", OLD],
  ] as const;
  for (const [title, rest, value, versionId] of versions) {
    it(`fetches ${title}`, async () => {
      const fetched = await open().source.fetchSecret(stepOf("prod/db", rest));
      assert.equal(fetched.versionId, versionId);
      assert.equal(fetched.values.get("password")!.reveal().toString(), value);
    });
  }

  it("takes the current version for the one before, where a secret has never been rotated", async () => {
    const { source } = open();
    const fetched = await source.fetchSecret(stepOf("prod/new", { version: { kind: "previous" } }));
    assert.equal(fetched.versionId, NEW);
    assert.equal(fetched.values.get("password")!.reveal().toString(), "first");
    const missing = await refusalOf(source.fetchSecret(stepOf("prod/none", { version: { kind: "previous" } })));
    assert.match(missing.message, /^secret db \(prod\/none@AWSPREVIOUS in eu-west-1\): there is no such secret/);
  });

  it("refuses a stage that no version has, and one whose version has no value yet", async () => {
    const { source } = open();
    const pending = { version: { kind: "stage", stage: "AWSPENDING" } } as const;
    for (const id of ["prod/new", "prod/turning"]) {
      const refusal = await refusalOf(source.fetchSecret(stepOf(id, pending)));
      assert.equal(refusal.code, "data");
      assert.match(refusal.message, /@AWSPENDING in eu-west-1\): .*AWSPENDING exists only during a rotation/);
    }
  });

  it("asks the ARN's region, its own account or another's, with the whole ARN", async () => {
    const arn = "arn:aws:secretsmanager:ap-south-1:999999999999:secret:shared/key-AbCdEf";
    emulator.setWorld({ secrets: [{ name: "shared/key", arn, versions: [{ string: '{"password":"theirs"}' }] }] });
    const { source } = open();
    assert.equal(await valueOf(source, stepOf(arn)), "theirs");
    assert.equal(emulator.requests[0]!.secret, arn);
  });

  it("fetches new credentials once when they have run out, then gives up", async () => {
    script(1, { kind: "status", status: 400, errorCode: "ExpiredTokenException" });
    const first = open();
    await first.source.fetchSecret(stepOf("prod/db"));
    assert.equal(first.credentialFetches(), 2);

    script(9, { kind: "status", status: 400, errorCode: "ExpiredTokenException" });
    const second = open();
    const refusal = await refusalOf(second.source.fetchSecret(stepOf("prod/db")));
    assert.equal(refusal.code, "permission");
    assert.match(refusal.message, /have expired, and new ones did not help/);
    assert.equal(second.credentialFetches(), 2);
  });

  it("fetches new credentials once for all the secrets that meet the same end of them", async () => {
    emulator.setWorld({ ...WORLD, access: [accessKey("ASIAOLD", "expired"), accessKey("ASIANEW", "valid")] });
    const ids = ["ASIAOLD", "ASIANEW"];
    const { source, credentialFetches } = open({
      fetchCredentials: async () => ({ ...VALID, accessKeyId: ids.shift() ?? "ASIANONE" }),
    });
    await Promise.all(Array.from({ length: 12 }, () => source.fetchSecret(stepOf("prod/db"))));
    assert.equal(credentialFetches(), 2);
    const connections = new Set(emulator.requests.map(({ connection }) => connection));
    assert.ok(connections.size <= 12, "the pool is kept");
  });

  it("waits for the role early in a boot, and takes its next credentials when the first have run out", async () => {
    const next = { ...ROLE_CREDENTIALS, accessKeyId: "ASIANEXT" };
    const access = [accessKey(ROLE_CREDENTIALS.accessKeyId, "expired"), accessKey("ASIANEXT", "valid")];
    emulator.setWorld({ ...WORLD, access });
    emulator.setFaults([
      { match: { service: "imds" }, do: { kind: "not-yet", forRequests: 3 } },
      { match: { service: "imds", method: "GET" }, times: 1, do: { kind: "status", status: 401 } },
    ]);
    const imds = createImdsClient({
      endpoints: [new URL(emulator.endpoint)],
      deadline: startDeadline(5_000),
      log: () => {},
      random: () => 0,
    });
    let asked = 0;
    const { source } = open({
      fetchCredentials: async () => {
        if (asked++ > 0) emulator.setWorld({ ...WORLD, access, imds: { credentials: next } });
        return fetchRoleCredentials(imds);
      },
    });
    assert.equal(await valueOf(source, stepOf("prod/db")), CANARY);
    imds.close();
    assert.equal(asked, 2);
    assert.equal(calls(), 2);
    const answers = emulator.requests.filter(({ method }) => method === "GET").map(({ status }) => status);
    assert.deepEqual(answers.slice(0, 5), [404, 404, 404, 401, 200]);
    assert.ok(emulator.requests.filter(({ method }) => method === "PUT").length >= 2, "a second token after the 401");
  });

  const clocks = [
    [3 * 365 * 86_400, "1095 d behind"],
    [-7_200, "2 h ahead of"],
  ] as const;
  for (const [clockAheadSeconds, words] of clocks) {
    it(`signs with AWS's time where the instance's clock is ${-clockAheadSeconds} s off, and names the clock`, async () => {
      emulator.setWorld({ ...WORLD, clockAheadSeconds });
      const { source, said } = open();
      assert.equal(await valueOf(source, stepOf("prod/db")), CANARY);
      assert.equal(calls(), 2);
      assert.match(said.join("\n"), new RegExp(`the instance's clock is ${words} AWS's; trying again`));
      await source.fetchSecret(stepOf("prod/db"));
      assert.equal(calls(), 3, "the next signature is good at once");
    });
  }

  it("does not take a wrong signature for a wrong clock", async () => {
    const { source } = open({ fetchCredentials: async () => ({ ...VALID, secretAccessKey: "another" }) });
    const refusal = await refusalOf(source.fetchSecret(stepOf("prod/db")));
    assert.equal(refusal.code, "permission");
    assert.match(refusal.message, /refuses the signature/);
    assert.equal(calls(), 1);
  });

  it("uses credentials that have run out by the instance's clock, which may be wrong, as long as AWS takes them", async () => {
    const { source, credentialFetches } = open({
      fetchCredentials: async () => ({ ...VALID, expiration: new Date(0) }),
    });
    await source.fetchSecret(stepOf("prod/db"));
    await source.fetchSecret(stepOf("prod/db"));
    assert.equal(credentialFetches(), 1);
  });

  it("does not try again what is final, and names the secret and the remedy", async () => {
    const { source } = open();
    const missing = await refusalOf(source.fetchSecret(stepOf("prod/none")));
    assert.equal(missing.code, "data");
    assert.match(missing.message, /^secret db \(prod\/none in eu-west-1\): there is no such secret.*Check the id/);
    script(1, { kind: "status", status: 400, errorCode: "AccessDeniedException" });
    const denied = await refusalOf(source.fetchSecret(stepOf("prod/db")));
    assert.equal(denied.code, "permission");
    assert.match(denied.message, /secretsmanager:GetSecretValue/);
    assert.equal(emulator.requests.length, 2);
  });

  it("lets a bug of ours through at once: another try would not help, and no secret is to blame", async () => {
    const bug = new TypeError("x is undefined");
    const { source } = open({
      fetchCredentials: () => {
        throw bug;
      },
    });
    await assert.rejects(source.fetchSecret(stepOf("prod/db")), (error) => error === bug);
  });

  it("ends at the deadline when there is no answer", async () => {
    script(99, { kind: "hang" });
    const refusal = await refusalOf(open({ deadlineMs: 300 }).source.fetchSecret(stepOf("prod/db")));
    assert.equal(refusal.code, "unavailable");
    assert.match(refusal.message, /until the deadline/);
  });

  it("never guesses a region: the secret's, the ARN's, the instance's, or a refusal", async () => {
    const { source } = open({ region: null, deadlineMs: 1_000 });
    const refusal = await refusalOf(source.fetchSecret(stepOf("prod/db")));
    assert.match(refusal.message, /no region is known/);
    const arn = "arn:aws:secretsmanager:ap-south-1:123456789012:secret:none-AbCdEf";
    assert.equal((await refusalOf(source.fetchSecret(stepOf(arn)))).code, "data");
    assert.equal(await valueOf(source, stepOf("prod/db", { region: "eu-west-1" })), CANARY);
    const odd = await refusalOf(open({ region: "eu-west-1.evil.example" }).source.fetchSecret(stepOf("prod/db")));
    assert.equal(odd.code, "usage");
  });

  it("waits once for its turn, however many secrets there are, and says so", async () => {
    const { source, said } = open({ startJitterMs: 400, random: () => 0.5 });
    const startMs = performance.now();
    await Promise.all([source.fetchSecret(stepOf("prod/db")), source.fetchSecret(stepOf("prod/new"))]);
    const tookMs = performance.now() - startMs;
    assert.ok(tookMs >= 195, `${tookMs} ms`);
    assertWithin(395, tookMs);
    assert.match(said.join("\n"), /waiting for this instance's turn[^]*waitMs: 200/);
    assert.equal(said.length, 1);
  });

  it("never waits for its turn longer than half of the time that there is", async () => {
    const { source } = open({ startJitterMs: 600_000, random: () => 0.99, deadlineMs: 400 });
    assert.equal(await valueOf(source, stepOf("prod/db")), CANARY);
  });

  it("describes a secret by its stages, with no call that reads a value", async () => {
    const { source } = open();
    assert.deepEqual(await source.describeSecret(stepOf("prod/db")), {
      arn: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-a1B2c3",
      name: "prod/db",
      versionIds: { AWSPREVIOUS: OLD, AWSCURRENT: NEW, AWSPENDING: NEXT, blue: NEXT },
      isDeleted: false,
    });
    assert.deepEqual(
      emulator.requests.map(({ operation }) => operation),
      ["DescribeSecret"],
    );
    const refusal = await refusalOf(source.describeSecret(stepOf("prod/none")));
    assert.equal(refusal.code, "data");
  });

  it("keeps the keys of two steps of one secret apart", async () => {
    const { source } = open();
    const step = stepOf("prod/db", { keys: [keyOf("."), keyOf("password", { newline: "ensure" })] });
    const { values } = await source.fetchSecret(step);
    assert.equal(values.get(".")!.reveal().toString(), `{"password":"${CANARY}"}`);
    assert.equal(values.get("password")!.reveal().toString(), `${CANARY}\n`);
  });
});
