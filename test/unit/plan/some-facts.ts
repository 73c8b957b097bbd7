// Facts of a machine that tests need only some of.

import type { Facts } from "../../../agent/facts/facts.ts";

export const SOME_FACTS: Facts = {
  instanceType: "m7g.large",
  instanceId: "i-0123456789abcdef0",
  region: "eu-central-1",
  availabilityZone: "eu-central-1a",
  amiId: "ami-0123456789abcdef0",
  partition: "aws",
  lifeCycle: "on-demand",
  localIpv4: "10.0.0.7",
  localIpv6: null,
  hostname: "ip-10-0-0-7.eu-central-1.compute.internal",
  roleName: null,
  tags: { Role: "web" },
  placementGroup: null,
  partitionNumber: null,
  architecture: "arm64",
  memTotalBytes: 8_120_000_000,
  memLimitBytes: 8_120_000_000,
  vcpus: 4,
  cores: 4,
  threadsPerCore: 1,
  numaNodes: 1,
  hugePagesBytes: 0,
  pageSizeBytes: 4096,
  swapBytes: 0,
  disks: [{ name: "nvme0n1", sizeBytes: 8_589_934_592, rotational: false, nvme: true }],
  kernel: "6.1.0",
  origins: {},
};
