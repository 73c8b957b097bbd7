// The policies in scripts/aws are enough for all that parbake asks AWS, and have nothing that it does not need: an emulator denies
// whatever they do not allow.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { run } from "../../agent/run.ts";
import { startEmulator, type Emulator } from "../../scripts/emulator/emulator.ts";
import type { Policy, Statement } from "../../scripts/emulator/iam-policy.ts";
import { ROLE_CREDENTIALS, type AccessKey, type WorldInput } from "../../scripts/emulator/world.ts";
import { makeScratchImage, type ScratchImage } from "../binary/support/scratch-image.ts";
import { imageOf, instanceOf } from "../unit/support/fleet-world.ts";

const KEY_ARN = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555";
const CONFIG = `secretsGuarantee: swappable
apps: {}
secrets:
  own: { id: prod/own, keys: { password: { file: own/password } } }
  aws: { id: prod/aws, keys: { password: { file: aws/password } } }
`;

function readPolicy(name: string): Policy {
  return JSON.parse(readFileSync(new URL(`../../scripts/aws/${name}`, import.meta.url), "utf8")) as Policy;
}

/** The policy without one action, or one of its conditions made to fail: each must be missed. */
function listSmaller(policy: Policy): readonly (readonly [title: string, policy: Policy])[] {
  return policy.Statement.flatMap((statement, at) => {
    const without = (rest: readonly Statement[]): Policy => ({
      ...policy,
      Statement: policy.Statement.toSpliced(at, 1, ...rest),
    });
    const actions = [statement.Action].flat();
    const fewer = actions.map((action) => {
      const Action = actions.filter((other) => other !== action);
      return [
        `without ${action} of ${statement.Sid}`,
        without(Action.length === 0 ? [] : [{ ...statement, Action }]),
      ] as const;
    });
    return [[`without ${statement.Sid}`, without([])] as const, ...fewer];
  });
}

describe("the policies in scripts/aws", () => {
  let emulator: Emulator;
  let image: ScratchImage;

  before(async () => {
    emulator = await startEmulator();
    await import("@aws-sdk/client-ec2");
  });
  beforeEach(() => (image = makeScratchImage(CONFIG)));
  afterEach(() => {
    image.remove();
    assert.deepEqual(emulator.surprises, []);
  });
  after(() => emulator.close());

  function setWorld(policy: Policy, changed: WorldInput = {}): void {
    const { accessKeyId, secretAccessKey, token } = ROLE_CREDENTIALS;
    const access: AccessKey[] = [{ accessKeyId, secretAccessKey, token, state: "valid", policy }];
    const versions = [{ string: '{"password":"hunter2"}' }];
    emulator.setWorld({
      access,
      secrets: [
        { name: "prod/own", kmsKeyArn: KEY_ARN, versions },
        { name: "prod/aws", versions },
      ],
      images: [imageOf({ id: "ami-1", name: "web-20261101", age: 9 })],
      instances: [instanceOf(1, { image: "ami-1" })],
      ...changed,
    });
  }

  async function parbake(...words: string[]): Promise<number> {
    return run([...words, "--root", image.root, "--log-level", "error"], {
      environment: { AWS_EC2_METADATA_SERVICE_ENDPOINT: emulator.endpoint, AWS_ENDPOINT_URL: emulator.endpoint },
      writeOut: () => {},
      writeError: () => {},
      rewrite: () => {},
      isTerminalOut: false,
      isTerminalError: false,
    });
  }

  /** All that asks AWS. @returns the statuses that it ended with, and the calls that were refused */
  async function useAll(): Promise<{ statuses: number[]; refused: string[] }> {
    const start = emulator.requests.length;
    const statuses = [await parbake("plan", "--check-access"), await parbake("apply")];
    // A second run asks for versions alone; --force fetches anew.
    statuses.push(await parbake("apply"), await parbake("apply", "--force"));
    image.write("etc/parbake/parbake.d/batch.yaml", "aws: { batch: true }\n");
    statuses.push(await parbake("apply", "--force"));
    image.write("etc/parbake/parbake.d/batch.yaml", "vars: {}\n");
    return { statuses, refused: listRefused(start) };
  }

  function listRefused(start: number): string[] {
    const calls = emulator.requests.slice(start).filter(({ service }) => service !== "imds");
    assert.ok(calls.length > 0);
    return calls.flatMap(({ operation, status }) => (status === 200 ? [] : [operation!]));
  }

  it("let a boot, a refresh, a batch and a check of access do all that they do", async () => {
    setWorld(readPolicy("boot-policy.json"));
    assert.deepEqual(await useAll(), { statuses: [0, 0, 0, 0, 0], refused: [] });
  });

  for (const [title, policy] of listSmaller(readPolicy("boot-policy.json"))) {
    it(`do not let a boot do so ${title}`, async () => {
      setWorld(policy);
      const { statuses, refused } = await useAll();
      // Without batches each secret is asked for alone: the run ends well, but the call was refused.
      const isHidden = statuses.every((status) => status === 0) && refused.includes("BatchGetSecretValue");
      assert.ok(statuses.includes(77) || isHidden, `${statuses.join(" ")}; ${refused.join(" ")}`);
    });
  }

  it("let nobody read another secret, of another name, account or key, nor use the key for anything else", async () => {
    const policy = readPolicy("boot-policy.json");
    const other = [{ name: "staging/db", versions: [{ string: '{"password":"x"}' }] }];
    const foreign = "arn:aws:secretsmanager:eu-west-1:210987654321:secret:prod/own-a1B2c3";
    const versions = [{ string: '{"password":"x"}' }];
    const cases: readonly (readonly [id: string, secrets: NonNullable<WorldInput["secrets"]>])[] = [
      ["staging/db", other],
      [foreign, [{ name: "prod/own", arn: foreign, versions }]],
      ["prod/own", [{ name: "prod/own", kmsKeyArn: KEY_ARN.replace("1111-", "9999-"), versions }]],
    ];
    for (const [id, secrets] of cases) {
      setWorld(policy, { secrets });
      image.write(
        "etc/parbake/parbake.yaml",
        `secretsGuarantee: swappable\nsecrets: { own: { id: "${id}", keys: { password: { file: p } } } }\n`,
      );
      assert.equal(await parbake("apply"), 77, id);
    }
  });

  it("let a fleet be asked for", async () => {
    setWorld(readPolicy("fleet-policy.json"));
    const start = emulator.requests.length;
    assert.equal(await parbake("fleet", "--all"), 0);
    assert.deepEqual(listRefused(start), []);
  });

  for (const [title, policy] of listSmaller(readPolicy("fleet-policy.json")))
    it(`do not let a fleet be asked for ${title}`, async () => {
      setWorld(policy);
      assert.equal(await parbake("fleet"), 77);
    });

  it("keep fleet and boot apart", async () => {
    setWorld(readPolicy("boot-policy.json"));
    assert.equal(await parbake("fleet"), 77);
    setWorld(readPolicy("fleet-policy.json"));
    assert.equal(await parbake("apply"), 77);
  });
});
