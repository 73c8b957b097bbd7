import {
  CreateTagsCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeInstanceTypesCommand,
  EC2Client,
  paginateDescribeInstances,
  paginateDescribeInstanceTypes,
  RegisterImageCommand,
  RunInstancesCommand,
  type DescribeImagesCommandInput,
  type Image,
  type InstanceTypeInfo,
  type _InstanceType,
} from "@aws-sdk/client-ec2";
import { DEFAULT_INSTANCE_TYPES } from "../../scripts/emulator/instance-types.ts";
import { ACCOUNT_ID } from "../../scripts/emulator/world.ts";
import { BAD_CALLERS, buildClientSettings, observeFailure, type ClientOverrides } from "./support/aws-clients.ts";
import { describeContract, type Clause, type Party } from "./support/contract.ts";
import { startEmulatorServer, startMoto, type RunningServer } from "./support/servers.ts";

interface Account {
  readonly endpoint: string;
  readonly client: EC2Client;
}

const IMAGE_ID = "ami-12c6146b";
const NAMES = ["web & <1>", "web 2", "many", "many", "many", "many", "many", "many"];

const IMAGES = [
  { name: "golden-20260101", family: "golden" },
  { name: "golden-20260201", family: "golden" },
  { name: "other-20260101", family: "oth*r" },
];

function connect(endpoint: string, overrides?: ClientOverrides): EC2Client {
  return new EC2Client(buildClientSettings(endpoint, overrides));
}

async function seedMoto({ endpoint }: RunningServer): Promise<Account> {
  const client = connect(endpoint);
  for (const name of NAMES) {
    const { Instances } = await client.send(
      new RunInstancesCommand({ ImageId: IMAGE_ID, InstanceType: "m7i.large", MinCount: 1, MaxCount: 1 }),
    );
    const Resources = (Instances ?? []).map(({ InstanceId }) => InstanceId ?? "");
    await client.send(new CreateTagsCommand({ Resources, Tags: [{ Key: "Name", Value: name }] }));
  }
  for (const { name, family } of IMAGES) {
    const { ImageId } = await client.send(new RegisterImageCommand({ Name: name, Architecture: "arm64" }));
    const Tags = [{ Key: "parbake:family", Value: family }];
    await client.send(new CreateTagsCommand({ Resources: [ImageId ?? ""], Tags }));
  }
  return { endpoint, client };
}

const PARTIES: readonly Party<Account>[] = [
  {
    name: "emulator",
    start: () =>
      startEmulatorServer({
        images: IMAGES.map(({ name, family }, index) => ({
          ImageId: `ami-0a1b2c3d4e5f6071${index}`,
          Name: name,
          OwnerId: ACCOUNT_ID,
          Architecture: "arm64",
          State: "available",
          CreationDate: "2026-01-02T03:04:05.000Z",
          Tags: [{ Key: "parbake:family", Value: family }],
        })),
        instances: NAMES.map((name, index) => ({
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

const GOLDEN = ["golden-20260101", "golden-20260201"];

async function describeImages({ client }: Account, query: DescribeImagesCommandInput): Promise<Image[]> {
  return (await client.send(new DescribeImagesCommand(query))).Images ?? [];
}

async function describeImageNames(account: Account, query: DescribeImagesCommandInput): Promise<string[]> {
  return (await describeImages(account, query)).map(({ Name = "" }) => Name).toSorted();
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
      await describeNames(account, "tag:Name", ["web*", "w?b 2"]),
    ],
    expected: [NAMES.toSorted(), [], NAMES.toSorted(), ["web 2"], ["web & <1>", "web 2"]],
  },
  {
    title: "gives each instance once in pages of MaxResults, with a token but on the last",
    async observe({ client }) {
      const pages: string[][] = [];
      for await (const { Reservations = [] } of paginateDescribeInstances({ client }, { MaxResults: 5 }))
        pages.push(Reservations.flatMap(({ Instances = [] }) => Instances.map(({ InstanceId = "" }) => InstanceId)));
      return [pages.map((page) => page.length), new Set(pages.flat()).size];
    },
    expected: [[5, 3], 8],
  },
  {
    title: "describes images with name, owner, state, tags and the time when they were made",
    async observe(account) {
      const images = await describeImages(account, { Filters: [{ Name: "name", Values: ["golden-20260101"] }] });
      return images.map(({ ImageId, Name, OwnerId, State, Tags, CreationDate }) => [
        /^ami-[0-9a-f]+$/.test(ImageId ?? ""),
        { Name, OwnerId, State, Tags },
        /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(CreationDate ?? ""),
      ]);
    },
    expected: [
      [
        true,
        {
          Name: "golden-20260101",
          OwnerId: "123456789012",
          State: "available",
          Tags: [{ Key: "parbake:family", Value: "golden" }],
        },
        true,
      ],
    ],
  },
  {
    title: "finds images by the pattern of their name or by a tag, of an owner",
    observe: async (account) => [
      await describeImageNames(account, { Filters: [{ Name: "name", Values: ["golden-*"] }], Owners: ["self"] }),
      await describeImageNames(account, { Filters: [{ Name: "name", Values: ["golden-*"] }], Owners: [ACCOUNT_ID] }),
      await describeImageNames(account, {
        Filters: [{ Name: "name", Values: ["golden-*"] }],
        Owners: ["210987654321"],
      }),
      await describeImageNames(account, { Filters: [{ Name: "tag:parbake:family", Values: ["golden"] }] }),
    ],
    expected: [GOLDEN, GOLDEN, [], GOLDEN],
  },
  {
    title: "takes an escaped wildcard for the character itself",
    observe: async (account) => [
      await describeImageNames(account, { Filters: [{ Name: "tag:parbake:family", Values: ["oth\\*r"] }] }),
      await describeImageNames(account, { Filters: [{ Name: "tag:parbake:family", Values: ["gold\\*n"] }] }),
    ],
    expected: [["other-20260101"], []],
    differs: { moto: { observed: [[], []], why: "it knows no escapes" } },
  },
  {
    title: "leaves out an image that does not exist where it is asked for by a filter, and gives the others",
    async observe(account) {
      const [image] = await describeImages(account, { Filters: [{ Name: "name", Values: ["golden-20260201"] }] });
      const Values = ["ami-00000000000000000", image?.ImageId ?? ""];
      return describeImageNames(account, { Filters: [{ Name: "image-id", Values }] });
    },
    expected: ["golden-20260201"],
  },
  {
    title: "refuses more than two hundred values of filters",
    observe: (account) => {
      const Values = Array.from({ length: 201 }, (_, index) => `ami-${String(index).padStart(17, "0")}`);
      return observeFailure(describeImages(account, { Filters: [{ Name: "image-id", Values }] }));
    },
    expected: ["FilterLimitExceeded", 400],
    differs: { moto: { observed: "answers", why: "it has no such limit" } },
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
