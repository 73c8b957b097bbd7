import {
  BatchGetSecretValueCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  type GetSecretValueCommandInput,
} from "@aws-sdk/client-secrets-manager";
import { BAD_CALLERS, observeFailure, type ClientOverrides } from "./support/aws-clients.ts";
import { describeContract, type Clause } from "./support/contract.ts";
import { connect, MANAGED_NAME, NEW_ID, NEXT_ID, OLD_ID, PARTIES, type Account } from "./support/secret-accounts.ts";

async function getValue({ client }: Account, input: GetSecretValueCommandInput): Promise<unknown> {
  const { Name, VersionId, VersionStages, SecretString, SecretBinary } = await client.send(
    new GetSecretValueCommand(input),
  );
  const value = SecretString ?? Buffer.from(SecretBinary ?? []).toString("hex");
  return [Name, VersionId, VersionStages, value];
}

async function readArn({ client }: Account): Promise<string> {
  return (await client.send(new DescribeSecretCommand({ SecretId: "prod/db" }))).ARN ?? "";
}

/** What the SDK does not show: the headers of the answer. */
async function readHeaders({ client }: Account, input: GetSecretValueCommandInput): Promise<Record<string, string>> {
  const seen: Record<string, string> = {};
  const command = new GetSecretValueCommand(input);
  command.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const { response } = result;
      if (typeof response === "object" && response !== null && "headers" in response)
        Object.assign(seen, response.headers);
      return result;
    },
    { step: "deserialize", priority: "low" },
  );
  await observeFailure(client.send(command));
  return seen;
}

const NOT_FOUND = ["ResourceNotFoundException", 400];
const MOTO_404 = { observed: ["ResourceNotFoundException", 404], why: "status 404 where AWS has 400" };
const MOTO_TRUSTS = { observed: "answers", why: "it verifies no caller" };

function getAs(overrides: ClientOverrides): (account: Account) => Promise<unknown> {
  return ({ endpoint }) =>
    observeFailure(connect(endpoint, overrides).send(new GetSecretValueCommand({ SecretId: "prod/db" })));
}

const CLAUSES: readonly Clause<Account>[] = [
  {
    title: "gives the current version of a secret by its name, beyond ASCII too",
    observe: (account) => getValue(account, { SecretId: "prod/db" }),
    expected: ["prod/db", NEW_ID, ["AWSCURRENT"], '{"password":"new – ✓"}'],
  },
  {
    title: "gives it by its ARN and by its ARN without the six random characters",
    async observe(account) {
      const arn = await readArn(account);
      const ids = [arn, arn.slice(0, -7)];
      const found = await Promise.all(ids.map((SecretId) => getValue(account, { SecretId })));
      return [/^arn:aws:secretsmanager:eu-west-1:\d{12}:secret:prod\/db-\w{6}$/.test(arn), ...found];
    },
    expected: [
      true,
      ["prod/db", NEW_ID, ["AWSCURRENT"], '{"password":"new – ✓"}'],
      ["prod/db", NEW_ID, ["AWSCURRENT"], '{"password":"new – ✓"}'],
    ],
  },
  {
    title: "gives an older version by its stage and by its id",
    observe: async (account) => [
      await getValue(account, { SecretId: "prod/db", VersionStage: "AWSPREVIOUS" }),
      await getValue(account, { SecretId: "prod/db", VersionId: OLD_ID }),
    ],
    expected: [
      ["prod/db", OLD_ID, ["AWSPREVIOUS"], '{"password":"old"}'],
      ["prod/db", OLD_ID, ["AWSPREVIOUS"], '{"password":"old"}'],
    ],
  },
  {
    title: "gives a binary secret byte by byte",
    observe: (account) => getValue(account, { SecretId: "prod/key" }),
    expected: ["prod/key", OLD_ID, ["AWSCURRENT"], "000102ff"],
  },
  {
    title: "makes what was current the previous version when a secret is rotated",
    async observe(account) {
      await account.rotate("prod/turning", NEXT_ID, "two");
      const { VersionIdsToStages } = await account.client.send(new DescribeSecretCommand({ SecretId: "prod/turning" }));
      return [await getValue(account, { SecretId: "prod/turning" }), VersionIdsToStages];
    },
    expected: [
      ["prod/turning", NEXT_ID, ["AWSCURRENT"], "two"],
      { [OLD_ID]: ["AWSPREVIOUS"], [NEXT_ID]: ["AWSCURRENT"] },
    ],
  },
  {
    title: "does not know a secret of another name",
    observe: ({ client }) => observeFailure(client.send(new GetSecretValueCommand({ SecretId: "prod/nope" }))),
    expected: NOT_FOUND,
    differs: { moto: MOTO_404 },
  },
  {
    title: "does not know in one region a secret of another",
    observe: getAs({ region: "us-east-1" }),
    expected: NOT_FOUND,
    differs: { moto: MOTO_404 },
  },
  {
    title: "does not know a stage that no version has",
    observe: ({ client }) =>
      observeFailure(client.send(new GetSecretValueCommand({ SecretId: "prod/db", VersionStage: "AWSPENDING" }))),
    expected: NOT_FOUND,
    differs: { moto: MOTO_404 },
  },
  {
    title: "does not know a version id that was never given",
    observe: ({ client }) =>
      observeFailure(client.send(new GetSecretValueCommand({ SecretId: "prod/db", VersionId: NEXT_ID }))),
    expected: NOT_FOUND,
    differs: { moto: MOTO_404 },
  },
  {
    title: "refuses a stage that is not of the version asked for",
    observe: ({ client }) =>
      observeFailure(
        client.send(new GetSecretValueCommand({ SecretId: "prod/db", VersionId: OLD_ID, VersionStage: "AWSCURRENT" })),
      ),
    expected: ["InvalidRequestException", 400],
    differs: { moto: { observed: ["InvalidRequestException", 404], why: "status 404 where AWS has 400" } },
  },
  {
    title: "refuses the value of a secret that is marked for deletion",
    observe: ({ client }) => observeFailure(client.send(new GetSecretValueCommand({ SecretId: "prod/gone" }))),
    expected: ["InvalidRequestException", 400],
  },
  {
    title: "gives many values in one call, with what cannot be read told beside them",
    async observe({ client }) {
      const { SecretValues, Errors, NextToken } = await client.send(
        new BatchGetSecretValueCommand({ SecretIdList: ["prod/db", "prod/nope", "prod/key"] }),
      );
      const names = SecretValues?.map(({ Name }) => Name).toSorted();
      return [names, Errors?.map(({ SecretId, ErrorCode }) => [SecretId, ErrorCode]), NextToken ?? null];
    },
    expected: [["prod/db", "prod/key"], [["prod/nope", "ResourceNotFoundException"]], null],
  },
  {
    title: "refuses a batch of nothing",
    observe: ({ client }) => observeFailure(client.send(new BatchGetSecretValueCommand({}))),
    expected: ["InvalidParameterException", 400],
    differs: { moto: { observed: "answers", why: "an empty list" } },
  },
  {
    title: "lists secrets in pages, without those marked for deletion",
    async observe({ client }) {
      const names: string[] = [];
      let NextToken: string | undefined;
      do {
        const page = await client.send(new ListSecretsCommand({ MaxResults: 2, ...(NextToken ? { NextToken } : {}) }));
        names.push(...(page.SecretList ?? []).map(({ Name }) => Name ?? ""));
        ({ NextToken } = page);
      } while (NextToken);
      return names.toSorted();
    },
    expected: ["Prod/JSON", "prod/db", "prod/key", "prod/turning", MANAGED_NAME],
  },
  {
    title: "names the error in a header, and the media type AWS JSON 1.1",
    async observe(account) {
      const good = await readHeaders(account, { SecretId: "prod/db" });
      const bad = await readHeaders(account, { SecretId: "prod/nope" });
      return [good["content-type"], bad["content-type"], bad["x-amzn-errortype"]];
    },
    expected: ["application/x-amz-json-1.1", "application/x-amz-json-1.1", "ResourceNotFoundException"],
    differs: {
      moto: {
        observed: ["text/html; charset=utf-8", "application/json", "ResourceNotFoundException"],
        why: "Flask's media types",
      },
    },
  },
  {
    title: "refuses an unknown access key",
    observe: getAs(BAD_CALLERS.unknownKey),
    expected: ["UnrecognizedClientException", 400],
    differs: { moto: MOTO_TRUSTS },
  },
  {
    title: "refuses a session token that is not the key's",
    observe: getAs(BAD_CALLERS.wrongToken),
    expected: ["UnrecognizedClientException", 400],
    differs: { moto: MOTO_TRUSTS },
  },
  {
    title: "refuses a signature made with another secret key",
    observe: getAs(BAD_CALLERS.wrongSecret),
    expected: ["InvalidSignatureException", 400],
    differs: { moto: MOTO_TRUSTS },
  },
  {
    title: "refuses a call that is not signed, in the shape of AWS JSON",
    async observe({ endpoint }) {
      const headers = { "content-type": "application/x-amz-json-1.1", "x-amz-target": "secretsmanager.GetSecretValue" };
      const response = await fetch(endpoint, { method: "POST", headers, body: '{"SecretId":"prod/db"}' });
      return [response.status, /"__type":"(\w+)"/.exec(await response.text())?.[1]];
    },
    expected: [400, "MissingAuthenticationTokenException"],
    differs: { moto: { observed: [200, undefined], why: "it takes an unsigned call for S3" } },
  },
];

describeContract("Secrets Manager contract", PARTIES, CLAUSES);
