import assert from "node:assert/strict";
import { startEmulator, type Emulator } from "../../../../scripts/emulator/emulator.ts";
import type { Fault } from "../../../../scripts/emulator/faults.ts";
import { CANARY, openSource, refusalOf, stepOf, valueOf, type OpenSource } from "../../support/open-source.ts";

const ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:s/1-a1B2c3";
const NAMES = Array.from({ length: 45 }, (_, index) => `s/${index}`);

describe("batches of secrets", () => {
  let emulator: Emulator;
  let opened: OpenSource;

  beforeEach(async () => {
    const secrets = NAMES.map((name) => ({
      name,
      versions: [
        {
          id: "00000000-0000-4000-8000-000000000002",
          stages: ["AWSCURRENT"],
          string: `{"password":"${CANARY} of ${name}"}`,
        },
        { id: "00000000-0000-4000-8000-000000000001", stages: ["AWSPREVIOUS"], string: '{"password":"old"}' },
      ],
    }));
    const denied = { name: "denied", state: "denied", versions: [{ string: "{}" }] } as const;
    const far = {
      name: "far",
      arn: "arn:aws:secretsmanager:us-east-1:123456789012:secret:far-a1B2c3",
      versions: [{ string: '{"password":"far"}' }],
    };
    emulator = await startEmulator({ world: { secrets: [...secrets, denied, far] } });
    opened = openSource(emulator.endpoint, { random: () => 0, batch: true });
  });
  afterEach(async () => {
    opened.source.close();
    assert.deepEqual(emulator.surprises, []);
    await emulator.close();
  });

  const fetchAll = (...ids: string[]) => Promise.all(ids.map((id) => valueOf(opened.source, stepOf(id))));
  const operations = () => emulator.requests.map(({ operation }) => operation);
  const BATCH = { service: "secretsmanager", operation: "BatchGetSecretValue" } as const;

  /** The first batch answers this. */
  function answer(document: object, times = 1): void {
    emulator.setFaults([{ match: BATCH, times, do: { kind: "status", status: 200, body: JSON.stringify(document) } }]);
  }

  it("take twenty secrets in a call", async () => {
    const values = await fetchAll(...NAMES);
    assert.deepEqual(
      values,
      NAMES.map((name) => `${CANARY} of ${name}`),
    );
    assert.deepEqual(operations(), ["BatchGetSecretValue", "BatchGetSecretValue", "BatchGetSecretValue"]);
  });

  it("take a secret once where two entries mean it, and know it by its name, its ARN and its ARN's start", async () => {
    const values = await fetchAll("s/1", "s/1", ARN, ARN.slice(0, -7));
    assert.deepEqual(new Set(values), new Set([`${CANARY} of s/1`]));
    assert.deepEqual(operations(), ["BatchGetSecretValue"]);
  });

  it("hold secrets of one region", async () => {
    const { source } = opened;
    const [near, far] = await Promise.all([
      valueOf(source, stepOf("s/1")),
      valueOf(source, stepOf("far", { region: "us-east-1" })),
    ]);
    assert.deepEqual([near, far], [`${CANARY} of s/1`, "far"]);
    assert.deepEqual(operations(), ["BatchGetSecretValue", "BatchGetSecretValue"]);
  });

  it("leave every version but the current one to single calls: there is no way to ask for it", async () => {
    const { source } = opened;
    const [current, previous] = await Promise.all([
      valueOf(source, stepOf("s/1")),
      valueOf(source, stepOf("s/1", { version: { kind: "previous" } })),
    ]);
    assert.deepEqual([current, previous], [`${CANARY} of s/1`, "old"]);
    assert.deepEqual(new Set(operations()), new Set(["BatchGetSecretValue", "GetSecretValue"]));
  });

  it("tell of each secret by its own error, and give the others' values", async () => {
    const { source } = opened;
    const results = await Promise.allSettled(["s/1", "denied", "none"].map((id) => source.fetchSecret(stepOf(id))));
    assert.equal(results[0]!.status, "fulfilled");
    const refusals = await Promise.all(
      results
        .slice(1)
        .map((result) => refusalOf(result.status === "rejected" ? Promise.reject(result.reason) : Promise.resolve())),
    );
    assert.deepEqual(
      refusals.map(({ code }) => code),
      ["permission", "data"],
    );
    assert.match(refusals[0]!.message, /^secret db \(denied in eu-west-1\): .*GetSecretValue/);
    assert.deepEqual(operations(), ["BatchGetSecretValue"]);
  });

  it("ask alone for a secret whose error may pass", async () => {
    answer({ SecretValues: [], Errors: [{ SecretId: "s/1", ErrorCode: "InternalServiceError", Message: CANARY }] });
    assert.deepEqual(await fetchAll("s/1"), [`${CANARY} of s/1`]);
    assert.deepEqual(operations(), ["BatchGetSecretValue", "GetSecretValue"]);
  });

  it("refuse a secret that is in neither list", async () => {
    answer({ SecretValues: [], Errors: [] });
    const refusal = await refusalOf(opened.source.fetchSecret(stepOf("s/1")));
    assert.equal(refusal.code, "unavailable");
    assert.match(refusal.message, /s\/1 in eu-west-1\): BatchGetSecretValue gives neither its value nor an error/);
  });

  it("follow an answer to its last page", async () => {
    const value = (name: string) => ({
      Name: name,
      ARN: `arn:aws:secretsmanager:eu-west-1:123456789012:secret:${name}-a1B2c3`,
      VersionId: "00000000-0000-4000-8000-000000000002",
      VersionStages: ["AWSCURRENT"],
      SecretString: `{"password":"${name}"}`,
    });
    const page = (...names: string[]) =>
      ({
        kind: "status",
        status: 200,
        body: JSON.stringify({ SecretValues: names.map(value), NextToken: "more" }),
      }) as const;
    const last = { kind: "status", status: 200, body: JSON.stringify({ SecretValues: [value("s/2")] }) } as const;
    emulator.setFaults([
      { match: BATCH, times: 1, do: page("s/1") },
      { match: BATCH, times: 1, do: last },
    ]);
    assert.deepEqual(await fetchAll("s/1", "s/2"), ["s/1", "s/2"]);
    assert.equal(operations().length, 2);
  });

  const refusals: readonly Fault["do"][] = [
    { kind: "status", status: 400, errorCode: "AccessDeniedException" },
    { kind: "status", status: 400, errorCode: "UnknownOperationException" },
  ];
  for (const action of refusals) {
    const name = "errorCode" in action ? action.errorCode : "";
    it(`give way to single calls after ${name}, and are not tried again in the run`, async () => {
      emulator.setFaults([{ match: BATCH, do: action }]);
      assert.deepEqual(await fetchAll("s/1", "s/2"), [`${CANARY} of s/1`, `${CANARY} of s/2`]);
      assert.deepEqual(await fetchAll("s/3"), [`${CANARY} of s/3`]);
      assert.deepEqual(operations(), ["BatchGetSecretValue", "GetSecretValue", "GetSecretValue", "GetSecretValue"]);
      assert.match(opened.said.join("\n"), /no batches: .*; asking for each secret alone/);
    });
  }

  it("give way to single calls at once where the account's few batches are used up", async () => {
    emulator.setFaults([{ match: BATCH, do: { kind: "token-bucket", perSecond: 1, burst: 1 } }]);
    assert.deepEqual(await fetchAll("s/1", "s/2"), [`${CANARY} of s/1`, `${CANARY} of s/2`]);
    assert.deepEqual(await fetchAll("s/3", "s/4"), [`${CANARY} of s/3`, `${CANARY} of s/4`]);
    assert.deepEqual(operations(), ["BatchGetSecretValue", "BatchGetSecretValue", "GetSecretValue", "GetSecretValue"]);
  });

  it("are tried again while Secrets Manager reports an internal fault, and end at the deadline", async () => {
    const fault = { kind: "status", status: 500, errorCode: "InternalServiceError" } as const;
    emulator.setFaults([{ match: BATCH, times: 2, do: fault }]);
    assert.deepEqual(await fetchAll("s/1"), [`${CANARY} of s/1`]);
    assert.equal(operations().length, 3);
    emulator.setFaults([{ match: BATCH, do: fault }]);
    const { source } = openSource(emulator.endpoint, { batch: true, deadlineMs: 200, random: () => 0.1 });
    const refusal = await refusalOf(source.fetchSecret(stepOf("s/1")));
    assert.equal(refusal.code, "unavailable");
    assert.match(refusal.message, /^1 secrets? in eu-west-1: Secrets Manager reports an internal fault/);
    source.close();
  });
});
