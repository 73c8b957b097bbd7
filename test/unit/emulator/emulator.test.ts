import assert from "node:assert/strict";
import {
  BatchGetSecretValueCommand,
  CreateSecretCommand,
  GetSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { startEmulator, type Emulator } from "../../../scripts/emulator/emulator.ts";
import { completeWorld, ROLE_CREDENTIALS, type WorldInput } from "../../../scripts/emulator/world.ts";
import { assertWithin } from "../../support/slowness.ts";

const ROLE_KEY = {
  accessKeyId: ROLE_CREDENTIALS.accessKeyId,
  secretAccessKey: ROLE_CREDENTIALS.secretAccessKey,
  token: ROLE_CREDENTIALS.token,
};

function get(client: SecretsManagerClient, id: string): Promise<unknown> {
  return client.send(new GetSecretValueCommand({ SecretId: id }));
}

const FIRST_ID = "11111111-1111-4111-8111-111111111111";

describe("startEmulator", () => {
  let emulator: Emulator;

  afterEach(() => emulator.close());

  async function start(world: WorldInput): Promise<SecretsManagerClient> {
    emulator = await startEmulator({ world });
    const { accessKeyId, secretAccessKey, token: sessionToken } = ROLE_KEY;
    const credentials = { accessKeyId, secretAccessKey, sessionToken };
    return new SecretsManagerClient({ endpoint: emulator.endpoint, region: "eu-west-1", credentials, maxAttempts: 1 });
  }

  async function read(path: string): Promise<string> {
    return (await fetch(`${emulator.endpoint}/latest/${path}`)).text();
  }

  it("says as AWS does why a secret cannot be read", async () => {
    const client = await start({
      secrets: [
        { name: "denied", state: "denied", versions: [{ string: "x" }] },
        { name: "broken", state: "undecryptable", versions: [{ string: "x" }] },
        { name: "empty", versions: [{}] },
      ],
    });
    await assert.rejects(get(client, "denied"), { name: "AccessDeniedException" });
    await assert.rejects(get(client, "broken"), { name: "DecryptionFailure" });
    await assert.rejects(get(client, "empty"), { name: "ResourceNotFoundException" });
  });

  it("refuses a key that has expired or may nothing", async () => {
    const client = await start({ access: [{ ...ROLE_KEY, state: "expired" }] });
    await assert.rejects(get(client, "any"), { name: "ExpiredTokenException" });
    emulator.setWorld({ access: [{ ...ROLE_KEY, state: "denied" }] });
    await assert.rejects(get(client, "any"), { name: "AccessDeniedException" });
  });

  it("throttles one secret and not its neighbour, with the error code that the script names", async () => {
    const secrets = ["a", "b"].map((name) => ({ name, versions: [{ string: name }] }));
    const client = await start({ secrets });
    const match = { service: "secretsmanager", secret: "a" } as const;
    emulator.setFaults([{ match, do: { kind: "throttle", perSecond: 0 } }]);
    await assert.rejects(get(client, "a"), { name: "ThrottlingException" });
    await get(client, "b");
    emulator.setFaults([{ match, do: { kind: "status", status: 400, errorCode: "InternalServiceError" } }]);
    await assert.rejects(get(client, "a"), { name: "InternalServiceError" });
  });

  it("records what it was asked without any value", async () => {
    const client = await start({ secrets: [{ name: "a", versions: [{ string: "canary" }] }] });
    await get(client, "a");
    await get(client, "a");
    const seen = emulator.requests.map(({ service, operation, secret, status }) => [
      service,
      operation,
      secret,
      status,
    ]);
    assert.deepEqual(seen[1], ["secretsmanager", "GetSecretValue", "a", 200]);
    assert.equal(emulator.requests[0]?.connection, emulator.requests[1]?.connection);
    assert.ok(!JSON.stringify(emulator.requests).includes("canary"));
    assert.ok(!JSON.stringify(emulator.requests).includes(ROLE_KEY.token));
  });

  it("records as a surprise what it has no answer to, and answers as AWS would", async () => {
    const client = await start({});
    const create = new CreateSecretCommand({ Name: "a", SecretString: "b" });
    await assert.rejects(client.send(create), { name: "UnknownOperationException" });
    const batch = new BatchGetSecretValueCommand({ Filters: [{ Key: "name", Values: ["a"] }] });
    await assert.rejects(client.send(batch), { name: "UnknownOperationException" });
    assert.equal((await fetch(`${emulator.endpoint}/latest/meta-data/mac`, { method: "POST" })).status, 405);
    assert.deepEqual(emulator.surprises, [
      "secretsmanager.CreateSecret",
      "BatchGetSecretValue with Filters",
      "POST /latest/meta-data/mac",
    ]);
  });

  it("shows what the world says of the instance, and makes the identity document from it", async () => {
    await start({
      imds: {
        tokens: "optional",
        role: null,
        values: {
          "meta-data/instance-type": "r7i.4xlarge",
          "meta-data/tags": { instance: { "a b": "c" } },
          "meta-data/mac": null,
        },
      },
    });
    const document: Record<string, unknown> = JSON.parse(await read("dynamic/instance-identity/document"));
    assert.deepEqual([document["instanceType"], document["architecture"]], ["r7i.4xlarge", "x86_64"]);
    assert.equal(await read("meta-data/tags/instance/a%20b"), "c");
    assert.equal((await read("meta-data/")).split("\n").includes("mac"), false);
    assert.equal((await fetch(`${emulator.endpoint}/latest/meta-data/iam/`)).status, 404);
  });

  it("moves the stages when a secret is rotated twice: the version that was previous loses its stages", async () => {
    const client = await start({ secrets: [{ name: "a", versions: [{ id: FIRST_ID, string: "one" }] }] });
    emulator.setSecret("a", { string: "two" });
    emulator.setSecret("a", { string: "three" });
    const previous = new GetSecretValueCommand({ SecretId: "a", VersionStage: "AWSPREVIOUS" });
    assert.equal((await client.send(previous)).SecretString, "two");
    const first = new GetSecretValueCommand({ SecretId: "a", VersionId: FIRST_ID });
    assert.deepEqual((await client.send(first)).VersionStages, []);
  });

  it("takes no version id that Secrets Manager never has", async () => {
    await assert.rejects(
      start({ secrets: [{ name: "a", versions: [{ id: "v1", string: "one" }] }] }),
      /'v1' has not 32/,
    );
    await start({ secrets: [{ name: "a", versions: [{ string: "one" }] }] });
    assert.throws(() => emulator.setSecret("a", { id: "../v2", string: "two" }), /'\.\.\/v2' has not 32/);
  });

  it("closes at once, whatever still hangs", async () => {
    await start({ faults: [{ match: { service: "imds" }, do: { kind: "hang" } }] });
    const hanging = assert.rejects(read("meta-data/mac"), { name: "TypeError", message: "fetch failed" });
    while (emulator.requests.length === 0) await new Promise((resume) => setTimeout(resume, 5));
    const startMs = performance.now();
    await emulator.close();
    await hanging;
    assertWithin(1_000, performance.now() - startMs);
  });
});

describe("completeWorld", () => {
  it("keeps what it is told and fills in a quiet instance", () => {
    const { imds, secrets } = completeWorld({ secrets: [{ name: "prod/db", versions: [{ string: "x" }] }] });
    assert.equal(imds.role, "web");
    assert.equal(imds.values["meta-data/instance-type"], "m7g.large");
    assert.deepEqual(secrets[0], {
      name: "prod/db",
      arn: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-a1B2c3",
      state: "readable",
      versions: [{ id: "00000000-0000-4000-8000-000000000000", stages: ["AWSCURRENT"], string: "x" }],
    });
  });
});
