import assert from "node:assert/strict";
import { inspect } from "node:util";
import { createSecretsSource, type Credentials } from "../../../agent/aws/secrets-manager.ts";
import { startDeadline } from "../../../agent/deadline.ts";
import type { SecretStep } from "../../../agent/plan/plan.ts";
import { Refusal } from "../../../agent/refusal.ts";
import { startEmulator, type Emulator } from "../../emulator/emulator.ts";
import type { FaultAction } from "../../emulator/faults.ts";
import { ROLE_CREDENTIALS } from "../../emulator/world.ts";

const CANARY = "hunter2-canary";
const VALID: Credentials = {
  accessKeyId: ROLE_CREDENTIALS.accessKeyId,
  secretAccessKey: ROLE_CREDENTIALS.secretAccessKey,
  sessionToken: ROLE_CREDENTIALS.token,
};

function step(id: string): SecretStep {
  const key = { key: "password", path: null, owner: "root", group: null, mode: 0o400 };
  return { kind: "secret", name: "db", id, region: null, keys: [key] };
}

describe("createSecretsSource", () => {
  let emulator: Emulator;
  let said: string[];

  beforeEach(async () => {
    said = [];
    emulator = await startEmulator({
      world: { secrets: [{ name: "prod/db", versions: [{ id: "v1", string: `{"password":"${CANARY}"}` }] }] },
    });
  });
  afterEach(async () => {
    assert.ok(!said.join("\n").includes(CANARY), "a log line holds the secret");
    assert.deepEqual(emulator.surprises, []);
    await emulator.close();
  });

  function open(deadlineMs = 10_000, credentials: Credentials = VALID, region: string | null = "eu-west-1") {
    let fetches = 0;
    const source = createSecretsSource({
      region,
      deadline: startDeadline(deadlineMs),
      settings: { endpoint: emulator.endpoint, useFipsEndpoint: false, useDualstackEndpoint: false },
      log: (level, message, fields) => said.push(inspect([level, message, fields])),
      fetchCredentials: async () => {
        fetches++;
        return credentials;
      },
    });
    return { source, credentialFetches: () => fetches };
  }

  function script(times: number, action: FaultAction): void {
    emulator.setFaults([{ match: { service: "secretsmanager" }, times, do: action }]);
  }

  async function refusalOf(promise: Promise<unknown>): Promise<Refusal> {
    const error = await promise.then(
      () => assert.fail("not refused"),
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof Refusal, String(error));
    assert.ok(!inspect(error, { depth: null, showHidden: true }).includes(CANARY));
    return error;
  }

  it("fetches a value with its version, the credentials fetched once for all secrets", async () => {
    const { source, credentialFetches } = open();
    const fetched = await Promise.all([source.fetchSecret(step("prod/db")), source.fetchSecret(step("prod/db"))]);
    assert.equal(fetched[0].versionId, "v1");
    assert.equal(fetched[0].values.get("password")!.reveal().toString(), CANARY);
    assert.equal(credentialFetches(), 1);
    source.close();
  });

  const passing: readonly (readonly [title: string, action: FaultAction])[] = [
    ["throttling", { kind: "status", status: 400, errorCode: "ThrottlingException" }],
    ["a fault of the service that comes as 400", { kind: "status", status: 400, errorCode: "InternalServiceError" }],
    ["an unavailable service", { kind: "status", status: 503, body: "<html>" }],
    ["a reset connection", { kind: "reset" }],
    ["a page of a captive portal", { kind: "garbage", as: "body" }],
    ["an answer that is no HTTP", { kind: "garbage", as: "http" }],
    ["an answer that breaks off", { kind: "garbage", as: "truncated" }],
  ];
  for (const [title, action] of passing) {
    it(`tries again after ${title}, and says so`, async () => {
      script(2, action);
      const { source } = open();
      const { values } = await source.fetchSecret(step("prod/db"));
      assert.equal(values.get("password")!.reveal().toString(), CANARY);
      assert.equal(emulator.requests.length, 3);
      assert.equal(said.length, 2);
      source.close();
    });
  }

  it("fetches new credentials once when they have run out, then gives up", async () => {
    script(1, { kind: "status", status: 400, errorCode: "ExpiredTokenException" });
    const first = open();
    await first.source.fetchSecret(step("prod/db"));
    assert.equal(first.credentialFetches(), 2);
    first.source.close();

    script(9, { kind: "status", status: 400, errorCode: "ExpiredTokenException" });
    const second = open();
    const refusal = await refusalOf(second.source.fetchSecret(step("prod/db")));
    assert.equal(refusal.code, "permission");
    assert.equal(second.credentialFetches(), 2);
    second.source.close();
  });

  it("does not try again what is final, and names the secret and the remedy", async () => {
    const { source } = open();
    const missing = await refusalOf(source.fetchSecret(step("prod/none")));
    assert.equal(missing.code, "data");
    assert.match(missing.message, /^secret db \(prod\/none in eu-west-1\): there is no such secret.*Check the id/);
    script(1, { kind: "status", status: 400, errorCode: "AccessDeniedException" });
    const denied = await refusalOf(source.fetchSecret(step("prod/db")));
    assert.equal(denied.code, "permission");
    assert.match(denied.message, /secretsmanager:GetSecretValue/);
    assert.equal(emulator.requests.length, 2);
    source.close();
  });

  it("ends at the deadline when there is no answer", async () => {
    script(99, { kind: "hang" });
    const { source } = open(300);
    const refusal = await refusalOf(source.fetchSecret(step("prod/db")));
    assert.equal(refusal.code, "unavailable");
    assert.match(refusal.message, /until the deadline/);
    source.close();
  });

  it("never guesses a region: the secret's, the ARN's, the instance's, or a refusal", async () => {
    const { source } = open(1_000, VALID, null);
    const refusal = await refusalOf(source.fetchSecret(step("prod/db")));
    assert.match(refusal.message, /no region is known/);
    const arn = "arn:aws:secretsmanager:ap-south-1:123456789012:secret:none-AbCdEf";
    assert.equal((await refusalOf(source.fetchSecret(step(arn)))).code, "data");
    source.close();
  });
});
