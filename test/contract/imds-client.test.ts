// Our own IMDSv2 client, held to giving the same facts whoever wrote the server.

import { startDeadline } from "../../agent/deadline.ts";
import { fetchRoleCredentials } from "../../agent/facts/fetch-role-credentials.ts";
import { gatherInstance, type InstanceFact } from "../../agent/facts/gather-instance.ts";
import { createImdsClient, type ImdsClient } from "../../agent/facts/imds/imds-client.ts";
import { UNKNOWN_INSTANCE } from "../../agent/facts/unknown-instance.ts";
import { Refusal } from "../../agent/refusal.ts";
import { describeContract, type Clause, type Party } from "./support/contract.ts";
import { startEmulatorServer, startMetadataMock } from "./support/servers.ts";

type Reader = <T>(read: (client: ImdsClient) => Promise<T>) => Promise<T>;

const ALL_BUT_IPV6 = Object.keys(UNKNOWN_INSTANCE).filter(
  (name): name is InstanceFact => name in UNKNOWN_INSTANCE && name !== "localIpv6",
);

function openReader(endpoint: string): Reader {
  return async (read) => {
    const deadline = startDeadline(10_000);
    const client = createImdsClient({ endpoints: [new URL(endpoint)], deadline, log: () => {} });
    try {
      return await read(client);
    } finally {
      client.close();
    }
  };
}

const PARTIES: readonly Party<Reader>[] = [
  {
    name: "emulator",
    // The same instance as the other one's, which cannot be told to be another.
    start: () =>
      startEmulatorServer({
        imds: {
          role: "baskinc-role",
          values: {
            "meta-data/ami-id": "ami-0a887e401f7654935",
            "meta-data/instance-id": "i-1234567890abcdef0",
            "meta-data/instance-type": "m4.xlarge",
            "meta-data/local-hostname": "ip-172-16-34-43.ec2.internal",
            "meta-data/local-ipv4": "172.16.34.43",
            "meta-data/placement": {
              "availability-zone": "us-east-1a",
              "group-name": "a-placement-group",
              "partition-number": "1",
              region: "us-east-1",
            },
            "meta-data/tags/instance": { Name: "test-instance", Test: "test-tag" },
          },
        },
      }),
    prepare: async ({ endpoint }) => openReader(endpoint),
  },
  { name: "aemm", start: startMetadataMock, prepare: async ({ endpoint }) => openReader(endpoint) },
];

const CLAUSES: readonly Clause<Reader>[] = [
  {
    title: "gathers every fact of the instance",
    observe: (read) => read(async (client) => (await gatherInstance(client, ALL_BUT_IPV6)).facts),
    expected: {
      instanceType: "m4.xlarge",
      instanceId: "i-1234567890abcdef0",
      region: "us-east-1",
      availabilityZone: "us-east-1a",
      amiId: "ami-0a887e401f7654935",
      partition: "aws",
      lifeCycle: "on-demand",
      localIpv4: "172.16.34.43",
      localIpv6: null,
      hostname: "ip-172-16-34-43.ec2.internal",
      roleName: "baskinc-role",
      tags: { Name: "test-instance", Test: "test-tag" },
      placementGroup: "a-placement-group",
      partitionNumber: 1,
    },
  },
  {
    title: "finds no IPv6 address where the instance has none",
    observe: (read) =>
      read(async (client) => {
        try {
          return (await gatherInstance(client, ["localIpv6"])).facts.localIpv6;
        } catch (error) {
          if (error instanceof Refusal) return error.problems.map(({ what }) => what);
          throw error;
        }
      }),
    expected: null,
    differs: {
      aemm: {
        observed: ['IMDS gives "network/" for ipv6, which is not an IPv6 address'],
        why: "it lists a folder for any path whose name occurs in another path",
      },
    },
  },
  {
    title: "fetches whole credentials of the role",
    observe: (read) =>
      read(async (client) => {
        const { accessKeyId, secretAccessKey, sessionToken, expiration } = await fetchRoleCredentials(client);
        return [
          [accessKeyId, secretAccessKey, sessionToken].every((part) => part.length > 10),
          expiration instanceof Date,
        ];
      }),
    expected: [true, true],
  },
  {
    title: "takes what IMDS has not for absent",
    observe: (read) => read((client) => client.fetch("spot/no-such-thing")),
    expected: null,
  },
];

describeContract("our IMDS client", PARTIES, CLAUSES);
