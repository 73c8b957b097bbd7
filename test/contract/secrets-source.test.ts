// Our own reading of Secrets Manager, held to giving the same values and refusals whoever wrote the server.

import { DescribeSecretCommand } from "@aws-sdk/client-secrets-manager";
import { checkAccess } from "../../agent/aws/secret-access.ts";
import { createSecretsSource, type SecretsSource } from "../../agent/aws/secrets-manager/secrets-manager.ts";
import { startDeadline } from "../../agent/deadline.ts";
import type { SecretKey, SecretStep } from "../../agent/plan/plan.ts";
import { Refusal } from "../../agent/refusal.ts";
import { BAD_CALLERS, buildClientSettings, type ClientOverrides } from "./support/aws-clients.ts";
import { describeContract, type Clause } from "./support/contract.ts";
import { MANAGED_NAME, NEW_ID, NEXT_ID, OLD_ID, PARTIES, type Account } from "./support/secret-accounts.ts";

interface Way extends ClientOverrides {
  readonly batch?: boolean;
}

async function withSource<T>(
  { endpoint }: Account,
  work: (source: SecretsSource) => Promise<T>,
  { batch = false, ...overrides }: Way = {},
): Promise<T> {
  const { credentials, region } = buildClientSettings(endpoint, overrides);
  const source = createSecretsSource({
    region: { region, variable: null },
    fetchCredentials: async () => credentials,
    settings: { endpoint, useFipsEndpoint: false, useDualstackEndpoint: false },
    deadline: startDeadline(10_000),
    log: () => {},
    batch,
  });
  try {
    return await work(source);
  } finally {
    source.close();
  }
}

function stepOf(id: string, key: Partial<SecretKey>, rest: Partial<SecretStep> = {}): SecretStep {
  const keys = [{ key: ".", path: null, owner: "root", group: null, mode: 0o400, ...key }];
  return { kind: "secret", name: "db", id, region: null, keys, ...rest };
}

/** The version's id and the key's bytes as hex, or the code of the refusal. */
async function observe(source: SecretsSource, step: SecretStep): Promise<unknown> {
  try {
    const { versionId, values } = await source.fetchSecret(step);
    return [versionId, [...values.values()].map((value) => value.reveal().toString("hex")).join()];
  } catch (error) {
    if (error instanceof Refusal) return `refused: ${error.code}`;
    throw error;
  }
}

const hex = (text: string): string => Buffer.from(text).toString("hex");

function fetchAll(account: Account, steps: readonly SecretStep[], way?: Way): Promise<unknown[]> {
  return withSource(account, (source) => Promise.all(steps.map((step) => observe(source, step))), way);
}

function describe(account: Account, id: string): Promise<unknown> {
  return withSource(account, async (source) => {
    const { name, versionIds, isDeleted } = await source.describeSecret(stepOf(id, {}));
    return { name, versionIds, isDeleted };
  });
}

const MANAGED = [OLD_ID, hex("managed")];
const CURRENT = [NEW_ID, hex("new – ✓")];

const CLAUSES: readonly Clause<Account>[] = [
  {
    title: "takes one key out of a JSON secret, by its name and by a pointer, beyond ASCII too",
    observe: (account) =>
      fetchAll(account, [
        stepOf("prod/db", { key: "password" }),
        stepOf("prod/db", { key: "x", pointer: "/password" }),
      ]),
    expected: [CURRENT, CURRENT],
  },
  {
    title: "takes a secret that AWS named itself, by its name, its ARN and its ARN without the end; in a batch, too",
    async observe(account) {
      const { ARN = "" } = await account.client.send(new DescribeSecretCommand({ SecretId: MANAGED_NAME }));
      const steps = [MANAGED_NAME, ARN, ARN.slice(0, -7)].map((id) => stepOf(id, { key: "password" }));
      return [await fetchAll(account, steps), await fetchAll(account, steps, { batch: true })];
    },
    expected: [
      [MANAGED, MANAGED, MANAGED],
      [MANAGED, MANAGED, MANAGED],
    ],
  },
  {
    title: "takes a key out of JSON that is stored as binary, with a byte order mark before it",
    observe: (account) => fetchAll(account, [stepOf("Prod/JSON", { key: "password" })]),
    expected: [[OLD_ID, hex("binär")]],
  },
  {
    title: "takes a secret whole, text and binary byte by byte",
    observe: (account) => fetchAll(account, [stepOf("prod/db", {}), stepOf("prod/key", {})]),
    expected: [
      [NEW_ID, hex('{"password":"new – ✓"}')],
      [OLD_ID, "000102ff"],
    ],
  },
  {
    title: "takes a secret by its ARN, with and without the six random characters",
    observe: (account) =>
      withSource(account, async (source) => {
        const { arn } = await source.describeSecret(stepOf("prod/db", {}));
        const ids = [arn, arn.slice(0, -7)];
        return Promise.all(ids.map((id) => observe(source, stepOf(id, { key: "password" }))));
      }),
    expected: [CURRENT, CURRENT],
  },
  {
    title: "takes a version by its stage, by its id, and the one before",
    observe: (account) => {
      const versions: NonNullable<SecretStep["version"]>[] = [
        { kind: "stage", stage: "AWSPREVIOUS" },
        { kind: "pinned", versionId: OLD_ID },
        { kind: "previous" },
        { kind: "stage", stage: "AWSCURRENT" },
      ];
      return fetchAll(
        account,
        versions.map((version) => stepOf("prod/db", { key: "password" }, { version })),
      );
    },
    expected: [[OLD_ID, hex("old")], [OLD_ID, hex("old")], [OLD_ID, hex("old")], CURRENT],
  },
  {
    title: "takes the current version for the one before until the secret is rotated",
    async observe(account) {
      const step = stepOf("prod/turning", {}, { version: { kind: "previous" } });
      const before = await fetchAll(account, [step]);
      await account.rotate("prod/turning", NEXT_ID, "two");
      return [before, await fetchAll(account, [step, stepOf("prod/turning", {})])];
    },
    expected: [
      [[OLD_ID, hex("one")]],
      [
        [OLD_ID, hex("one")],
        [NEXT_ID, hex("two")],
      ],
    ],
  },
  {
    title: "takes the same values in a batch, and tells of each that cannot be had",
    observe: (account) =>
      fetchAll(account, [stepOf("prod/db", { key: "password" }), stepOf("prod/key", {}), stepOf("prod/nope", {})], {
        batch: true,
      }),
    expected: [CURRENT, [OLD_ID, "000102ff"], "refused: data"],
  },
  {
    title:
      "refuses a secret that is not there, one marked for deletion, a stage that none has, and a key that it lacks",
    observe: (account) =>
      fetchAll(account, [
        stepOf("prod/nope", {}),
        stepOf("prod/gone", {}),
        stepOf("prod/key", {}, { version: { kind: "stage", stage: "AWSPENDING" } }),
        stepOf("prod/db", { key: "nope" }),
      ]),
    expected: ["refused: data", "refused: data", "refused: data", "refused: data"],
  },
  {
    title: "refuses another region's secret",
    observe: (account) => fetchAll(account, [stepOf("prod/db", {}, { region: "us-east-1" })]),
    expected: ["refused: data"],
  },
  {
    title: "describes which version has which stage",
    observe: (account) => describe(account, "prod/db"),
    expected: { name: "prod/db", versionIds: { AWSPREVIOUS: OLD_ID, AWSCURRENT: NEW_ID }, isDeleted: false },
  },
  {
    title: "describes a secret that is marked for deletion as that",
    observe: async (account) => ((await describe(account, "prod/gone")) as { isDeleted: boolean }).isDeleted,
    expected: true,
  },
  {
    title: "checks access without a value: there, not there, marked for deletion, without the stage",
    observe: (account) =>
      withSource(account, async (source) => {
        const steps = [
          stepOf("prod/key", {}),
          stepOf("prod/nope", {}),
          stepOf("prod/gone", {}),
          stepOf("prod/key", {}, { version: { kind: "stage", stage: "AWSPENDING" } }),
        ];
        const access = await checkAccess(steps, (step) => source.describeSecret(step), "eu-west-1");
        return access.map(({ code, versionId }) => [code, versionId]);
      }),
    expected: [
      [null, OLD_ID],
      ["data", null],
      ["data", null],
      ["data", null],
    ],
  },
  {
    title: "refuses credentials that are not known and a signature made with another secret key",
    observe: async (account) => [
      await fetchAll(account, [stepOf("prod/key", {})], BAD_CALLERS.unknownKey),
      await fetchAll(account, [stepOf("prod/key", {})], BAD_CALLERS.wrongSecret),
    ],
    expected: [["refused: permission"], ["refused: permission"]],
    differs: { moto: { observed: [[[OLD_ID, "000102ff"]], [[OLD_ID, "000102ff"]]], why: "it verifies no caller" } },
  },
];

describeContract("our Secrets Manager source", PARTIES, CLAUSES);
