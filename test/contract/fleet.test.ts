import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import {
  CreateTagsCommand,
  DeregisterImageCommand,
  EC2Client,
  RegisterImageCommand,
  RunInstancesCommand,
} from "@aws-sdk/client-ec2";
import { run } from "../../agent/run.ts";
import { ROLE_CREDENTIALS } from "../../scripts/emulator/world.ts";
import { imageOf, instanceOf } from "../unit/support/fleet-world.ts";
import { buildClientSettings } from "./support/aws-clients.ts";
import { describeContract, type Clause, type Party } from "./support/contract.ts";
import { startEmulatorServer, startMoto, type RunningServer } from "./support/servers.ts";

interface Account {
  readonly endpoint: string;
}

/** Each replaces the one before. */
const NAMES = ["golden-20260101", "golden-20260201", "golden-20260301"];

/** An instance of each of the first two images, another of the second, and one of an image that is gone. */
async function seedMoto({ endpoint }: RunningServer): Promise<Account> {
  const client = new EC2Client(buildClientSettings(endpoint));
  const ids: string[] = [];
  for (const Name of [...NAMES, "gone"]) {
    const { ImageId = "" } = await client.send(new RegisterImageCommand({ Name }));
    ids.push(ImageId);
    // moto dates images by the second.
    await sleep(1_100);
  }
  for (const [image, MinCount] of [
    [0, 1],
    [1, 2],
    [3, 1],
  ] as const) {
    const input = { ImageId: ids[image]!, InstanceType: "m7g.large", MinCount, MaxCount: MinCount } as const;
    const { Instances = [] } = await client.send(new RunInstancesCommand(input));
    const Resources = Instances.map(({ InstanceId = "" }) => InstanceId);
    await client.send(new CreateTagsCommand({ Resources, Tags: [{ Key: "role", Value: "web" }] }));
  }
  await client.send(new DeregisterImageCommand({ ImageId: ids[3]! }));
  client.destroy();
  return { endpoint };
}

const PARTIES: readonly Party<Account>[] = [
  {
    name: "emulator",
    start: () => {
      const images = NAMES.map((name, index) => imageOf({ id: `ami-0000000000000000${index}`, name, age: 3 - index }));
      const ids = [...images.map(({ ImageId }) => ImageId), "ami-00000000000000009"];
      const tags = { role: "web" };
      const instances = [0, 1, 1, 3].map((image, index) => instanceOf(index, { image: ids[image]!, tags }));
      return startEmulatorServer({ images, instances });
    },
    prepare: ({ endpoint }) => Promise.resolve({ endpoint }),
  },
  { name: "moto", start: startMoto, prepare: seedMoto },
];

interface Answer {
  readonly status: number;
  readonly document: {
    readonly images: readonly Record<string, unknown>[];
    readonly instances?: readonly Record<string, unknown>[];
  };
}

async function fleet({ endpoint }: Account, ...words: readonly string[]): Promise<Answer> {
  let out = "";
  const { accessKeyId, secretAccessKey, token } = ROLE_CREDENTIALS;
  const status = await run(["fleet", "--json", "--region", "eu-west-1", ...words], {
    environment: {
      AWS_ENDPOINT_URL: endpoint,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_SESSION_TOKEN: token,
    },
    writeOut: (text) => (out += text),
    writeError: (text) => assert.fail(text),
    rewrite: () => {},
    isTerminalOut: false,
    isTerminalError: false,
  });
  return { status, document: JSON.parse(out) as Answer["document"] };
}

const CLAUSES: readonly Clause<Account>[] = [
  {
    title: "tells of each image in use how many instances it has, and how many images of its family are newer",
    async observe(account) {
      const { document } = await fleet(account, "--tag", "role=web");
      const rows = document.images.map((image) =>
        ["name", "family", "behind", "newestName", "instanceCount", "deregistered"].map((field) => image[field]),
      );
      return new Set(rows.map((row) => JSON.stringify(row)));
    },
    expected: new Set(
      [
        ["golden-20260101", "golden-*", 2, "golden-20260301", 1, false],
        ["golden-20260201", "golden-*", 1, "golden-20260301", 2, false],
        [null, null, null, null, 1, true],
      ].map((row) => JSON.stringify(row)),
    ),
  },
  {
    title: "exits 2 where an image is too far behind or gone",
    observe: async (account) => [
      (await fleet(account)).status,
      (await fleet(account, "--max-behind", "1")).status,
      (await fleet(account, "--max-behind", "2")).status,
      (await fleet(account, "--fail-on", "deregistered")).status,
    ],
    expected: [0, 2, 0, 2],
  },
  {
    title: "tells of each instance its type, place, state and life cycle",
    async observe(account) {
      const { document } = await fleet(account, "--all", "--tag", "role=w?b");
      return document.instances?.map(({ instanceType, availabilityZone, state, lifeCycle, behind }) => [
        instanceType,
        String(availabilityZone).slice(0, -1),
        state,
        lifeCycle,
        typeof behind,
      ]);
    },
    expected: ["number", "number", "number", "object"].map((behind) => [
      "m7g.large",
      "eu-west-1",
      "running",
      "on-demand",
      behind,
    ]),
  },
];

describeContract("parbake fleet", PARTIES, CLAUSES);
