import {
  CreateTagsCommand,
  DescribeInstancesCommand,
  DescribeInstanceTypesCommand,
  EC2Client,
  paginateDescribeInstanceTypes,
  RunInstancesCommand,
  type InstanceTypeInfo,
  type _InstanceType,
} from "@aws-sdk/client-ec2";
import { DEFAULT_INSTANCE_TYPES } from "../../scripts/emulator/instance-types.ts";
import { BAD_CALLERS, buildClientSettings, observeFailure, type ClientOverrides } from "./support/aws-clients.ts";
import { describeContract, type Clause, type Party } from "./support/contract.ts";
import { startEmulatorServer, startMoto, type RunningServer } from "./support/servers.ts";

interface Account {
  readonly endpoint: string;
  readonly client: EC2Client;
}

const IMAGE_ID = "ami-12c6146b";

function connect(endpoint: string, overrides?: ClientOverrides): EC2Client {
  return new EC2Client(buildClientSettings(endpoint, overrides));
}

async function seedMoto({ endpoint }: RunningServer): Promise<Account> {
  const client = connect(endpoint);
  for (const name of ["web & <1>", "web 2"]) {
    const { Instances } = await client.send(
      new RunInstancesCommand({ ImageId: IMAGE_ID, InstanceType: "m7i.large", MinCount: 1, MaxCount: 1 }),
    );
    const Resources = (Instances ?? []).map(({ InstanceId }) => InstanceId ?? "");
    await client.send(new CreateTagsCommand({ Resources, Tags: [{ Key: "Name", Value: name }] }));
  }
  return { endpoint, client };
}

const PARTIES: readonly Party<Account>[] = [
  {
    name: "emulator",
    start: () =>
      startEmulatorServer({
        instances: ["web & <1>", "web 2"].map((name, index) => ({
          InstanceId: `i-0a1b2c3d4e5f6071${index}`,
          ImageId: IMAGE_ID,
          InstanceType: "m7i.large",
          State: { Code: 16, Name: "running" },
          LaunchTime: "2026-01-02T03:04:05.000Z",
          Tags: [{ Key: "Name", Value: name }],
        })),
      }),
    prepare: async ({ endpoint }) => ({ endpoint, client: connect(endpoint) }),
  },
  { name: "moto", start: startMoto, prepare: seedMoto },
];

/** The instance type with the fields that the emulator has of its own, as the catalogue reads them. */
function pickFields(info: InstanceTypeInfo): unknown {
  return {
    InstanceType: info.InstanceType,
    BareMetal: info.BareMetal,
    Hypervisor: info.Hypervisor,
    ProcessorInfo: { SupportedArchitectures: info.ProcessorInfo?.SupportedArchitectures },
    VCpuInfo: {
      DefaultVCpus: info.VCpuInfo?.DefaultVCpus,
      DefaultCores: info.VCpuInfo?.DefaultCores,
      DefaultThreadsPerCore: info.VCpuInfo?.DefaultThreadsPerCore,
    },
    MemoryInfo: { SizeInMiB: info.MemoryInfo?.SizeInMiB },
    InstanceStorageSupported: info.InstanceStorageSupported,
    NetworkInfo: {
      MaximumNetworkInterfaces: info.NetworkInfo?.MaximumNetworkInterfaces,
      Ipv4AddressesPerInterface: info.NetworkInfo?.Ipv4AddressesPerInterface,
    },
    BurstablePerformanceSupported: info.BurstablePerformanceSupported,
  };
}

async function describeTypes({ client }: Account, InstanceTypes: _InstanceType[]): Promise<InstanceTypeInfo[]> {
  return (await client.send(new DescribeInstanceTypesCommand({ InstanceTypes }))).InstanceTypes ?? [];
}

async function describeNames({ client }: Account, name: string, values: string[]): Promise<unknown> {
  const { Reservations } = await client.send(
    new DescribeInstancesCommand({ Filters: [{ Name: name, Values: values }] }),
  );
  const instances = (Reservations ?? []).flatMap((reservation) => reservation.Instances ?? []);
  return instances.map(({ Tags }) => Tags?.[0]?.Value ?? "").toSorted();
}

const MOTO_TRUSTS = { observed: "answers", why: "it verifies no caller" };

function describeAs(overrides: ClientOverrides): (account: Account) => Promise<unknown> {
  return ({ endpoint }) => observeFailure(connect(endpoint, overrides).send(new DescribeInstancesCommand({})));
}

const CLAUSES: readonly Clause<Account>[] = [
  {
    title: "describes each instance type that the emulator has built in with the same figures",
    observe: async (account) => {
      const found = await describeTypes(account, [
        "t3.micro",
        "m7g.large",
        "m7i.large",
        "m6i.xlarge",
        "c7g.medium",
        "r7i.4xlarge",
        "r7g.16xlarge",
      ]);
      return new Map(found.map((info) => [info.InstanceType, pickFields(info)]));
    },
    expected: new Map(DEFAULT_INSTANCE_TYPES.map((info) => [info.InstanceType, info])),
  },
  {
    title: "refuses types that do not exist",
    // @ts-expect-error: a type that the SDK does not know either
    observe: (account) => observeFailure(describeTypes(account, ["m7g.large", "zz.large"])),
    expected: ["InvalidInstanceType", 400],
  },
  {
    title: "gives no more than MaxResults in a page, and each type once when all pages are read",
    async observe({ client }) {
      const pages: string[][] = [];
      for await (const { InstanceTypes } of paginateDescribeInstanceTypes({ client }, { MaxResults: 5 }))
        pages.push((InstanceTypes ?? []).map(({ InstanceType }) => InstanceType ?? ""));
      const types = pages.flat();
      const wasPaged = pages.length > 1 && pages.every((page) => page.length <= 5);
      return [
        wasPaged,
        types.length === new Set(types).size,
        types.includes("m7g.large"),
        types.includes("r7g.16xlarge"),
      ];
    },
    expected: [true, true, true, true],
    differs: { moto: { observed: [false, true, true, true], why: "it ignores MaxResults" } },
  },
  {
    title: "describes instances with image, type, state, launch time and tags",
    async observe({ client }) {
      const { Reservations } = await client.send(
        new DescribeInstancesCommand({ Filters: [{ Name: "tag:Name", Values: ["web & <1>"] }] }),
      );
      return Reservations?.flatMap(({ ReservationId, Instances }) =>
        (Instances ?? []).map(({ InstanceId, ImageId, InstanceType, State, LaunchTime, Tags }) => [
          /^r-[0-9a-f]+$/.test(ReservationId ?? ""),
          /^i-[0-9a-f]{17}$/.test(InstanceId ?? ""),
          LaunchTime instanceof Date,
          { ImageId, InstanceType, State, Tags },
        ]),
      );
    },
    expected: [
      [
        true,
        true,
        true,
        {
          ImageId: "ami-12c6146b",
          InstanceType: "m7i.large",
          State: { Code: 16, Name: "running" },
          Tags: [{ Key: "Name", Value: "web & <1>" }],
        },
      ],
    ],
  },
  {
    title: "filters instances by state, image and tag",
    observe: async (account) => [
      await describeNames(account, "instance-state-name", ["pending", "running"]),
      await describeNames(account, "instance-state-name", ["stopped"]),
      await describeNames(account, "image-id", ["ami-12c6146b"]),
      await describeNames(account, "tag:Name", ["web 2", "web 3"]),
    ],
    expected: [["web & <1>", "web 2"], [], ["web & <1>", "web 2"], ["web 2"]],
  },
  {
    title: "refuses an instance id that does not exist",
    observe: ({ client }) =>
      observeFailure(client.send(new DescribeInstancesCommand({ InstanceIds: ["i-00000000000000000"] }))),
    expected: ["InvalidInstanceID.NotFound", 400],
  },
  {
    title: "refuses an unknown access key",
    observe: describeAs(BAD_CALLERS.unknownKey),
    expected: ["AuthFailure", 401],
    differs: { moto: MOTO_TRUSTS },
  },
  {
    title: "refuses a signature made with another secret key",
    observe: describeAs(BAD_CALLERS.wrongSecret),
    expected: ["SignatureDoesNotMatch", 403],
    differs: { moto: MOTO_TRUSTS },
  },
];

describeContract("EC2 contract", PARTIES, CLAUSES);
