// A few instance types as DescribeInstanceTypes describes them; the contract suite compares each figure with moto's copy of AWS's answers.

/** A structure, list or scalar with the field names of the AWS SDK. */
export type Described = { readonly [field: string]: DescribedValue };
export type DescribedValue = string | number | boolean | Described | readonly DescribedValue[];

/** What the emulator itself reads of an instance type or an instance; the rest is passed on as it is. */
export type DescribedType = Described & { readonly InstanceType: string };
export type DescribedInstance = Described & {
  readonly InstanceId: string;
  readonly ImageId: string;
  readonly State: Described & { readonly Name: string };
  readonly Placement?: { readonly AvailabilityZone: string };
  readonly Tags: readonly { readonly Key: string; readonly Value: string }[];
};

/** The emulator reads of an image what the fields say. Others may be there. */
export type DescribedImage = Described & {
  readonly ImageId: string;
  readonly Name: string;
  readonly OwnerId: string;
  readonly State: string;
  readonly CreationDate: string;
  readonly DeprecationTime?: string;
  readonly Tags: readonly { readonly Key: string; readonly Value: string }[];
};

/** type, architecture, vCPUs, cores, memory MiB, network interfaces, IPv4 addresses per interface, burstable */
type Row = readonly [string, "x86_64" | "arm64", number, number, number, number, number, boolean];

const ROWS: readonly Row[] = [
  ["t3.micro", "x86_64", 2, 1, 1024, 2, 2, true],
  ["m7g.large", "arm64", 2, 2, 8192, 3, 10, false],
  ["m7i.large", "x86_64", 2, 1, 8192, 3, 10, false],
  ["m6i.xlarge", "x86_64", 4, 2, 16_384, 4, 15, false],
  ["c7g.medium", "arm64", 1, 1, 2048, 2, 4, false],
  ["r7i.4xlarge", "x86_64", 16, 8, 131_072, 8, 30, false],
  ["r7g.16xlarge", "arm64", 64, 64, 524_288, 15, 50, false],
];

export const DEFAULT_INSTANCE_TYPES: readonly DescribedType[] = ROWS.map(describeRow);

function describeRow([
  type,
  architecture,
  vcpus,
  cores,
  memoryMib,
  interfaces,
  addresses,
  burstable,
]: Row): DescribedType {
  return {
    InstanceType: type,
    BareMetal: false,
    Hypervisor: "nitro",
    ProcessorInfo: { SupportedArchitectures: [architecture] },
    VCpuInfo: { DefaultVCpus: vcpus, DefaultCores: cores, DefaultThreadsPerCore: vcpus / cores },
    MemoryInfo: { SizeInMiB: memoryMib },
    InstanceStorageSupported: false,
    NetworkInfo: { MaximumNetworkInterfaces: interfaces, Ipv4AddressesPerInterface: addresses },
    BurstablePerformanceSupported: burstable,
  };
}
