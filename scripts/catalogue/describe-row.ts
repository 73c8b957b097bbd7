// What DescribeInstanceTypes says of a type as a row of the catalogue. Pure.

import type { GpuDeviceInfo, InstanceTypeInfo } from "@aws-sdk/client-ec2";
import type { CatalogueRow, CatalogueSource, LocalDisks } from "../../agent/facts/catalogue/catalogue-table.ts";

const MIB = 1024 * 1024;
const GB = 1e9;

export function describeRow(info: InstanceTypeInfo, source: CatalogueSource): CatalogueRow {
  const vcpus = need(info, "VCpuInfo.DefaultVCpus", info.VCpuInfo?.DefaultVCpus);
  // Some old types do not tell their cores: a thread is then as good as a core.
  const cores = info.VCpuInfo?.DefaultCores ?? vcpus;
  return {
    type: need(info, "InstanceType", info.InstanceType),
    vcpus,
    cores,
    threadsPerCore: info.VCpuInfo?.DefaultThreadsPerCore ?? vcpus / cores,
    memoryBytes: need(info, "MemoryInfo.SizeInMiB", info.MemoryInfo?.SizeInMiB) * MIB,
    architecture: architectureOf(info),
    enis: enisOf(info),
    ipv4PerEni: info.NetworkInfo?.Ipv4AddressesPerInterface ?? 1,
    network: info.NetworkInfo?.NetworkPerformance ?? "",
    localDisks: disksOf(info),
    gpus: count(info.GpuInfo?.Gpus?.filter(isGraphics)),
    accelerators: [
      info.GpuInfo?.Gpus?.filter((gpu) => !isGraphics(gpu)),
      info.InferenceAcceleratorInfo?.Accelerators,
      info.NeuronInfo?.NeuronDevices,
      info.MediaAcceleratorInfo?.Accelerators,
      info.FpgaInfo?.Fpgas,
    ].reduce((sum, devices) => sum + count(devices), 0),
    hypervisor: info.BareMetal ? "metal" : info.Hypervisor === "xen" ? "xen" : "nitro",
    source,
  };
}

function need<T>(info: InstanceTypeInfo, field: string, value: T | undefined): T {
  if (value === undefined) throw new Error(`${info.InstanceType ?? "a type"} has no ${field}`);
  return value;
}

// i386 stands beside x86_64 on old types; Macs say x86_64_mac and arm64_mac.
function architectureOf(info: InstanceTypeInfo): string {
  const names = info.ProcessorInfo?.SupportedArchitectures ?? [];
  const arm = names.some((name) => name.startsWith("arm64"));
  return need(info, "SupportedArchitectures", names.length === 0 ? undefined : arm ? "arm64" : "x86_64");
}

// Where EKS counts on more than the default card's: EC2 described these types with one card until the autumn of 2026, and nodeadm
// (instance-info.jsonl) and the VPC CNI (eni-max-pods.txt), by which a node of EKS goes, have them so. Delete what they change.
const EKS_ENIS: Readonly<Record<string, number>> = {
  "i7ie.48xlarge": 15,
  "i7ie.metal-48xl": 15,
  "i8ge.48xlarge": 24,
  "i8ge.metal-48xl": 24,
};

/** The default card's: the VPC CNI gives pods no address of another card, unless they ask for one of each. */
function enisOf({ InstanceType: type, NetworkInfo: network }: InstanceTypeInfo): number {
  const card = network?.NetworkCards?.find((each) => each.NetworkCardIndex === (network.DefaultNetworkCardIndex ?? 0));
  return EKS_ENIS[type ?? ""] ?? card?.MaximumNetworkInterfaces ?? network?.MaximumNetworkInterfaces ?? 1;
}

function disksOf(info: InstanceTypeInfo): LocalDisks[] {
  const disks = info.InstanceStorageInfo?.Disks ?? [];
  return disks.map(({ Count: number = 1, SizeInGB: sizeGb = 0, Type: kind }) => ({
    count: number,
    sizeBytes: sizeGb * GB,
    kind: kind === "hdd" ? "hdd" : "ssd",
  }));
}

// Intel's Gaudi (dl1) stands among EC2's GPUs, and is no display controller to the machine.
function isGraphics({ Manufacturer: maker }: GpuDeviceInfo): boolean {
  return maker !== "Habana";
}

// A share of a GPU (g6f) is listed with the count 0: to the machine it is a device like another.
function count(devices: readonly { readonly Count?: number | undefined }[] | undefined): number {
  return (devices ?? []).reduce((sum, device) => sum + Math.max(1, device.Count ?? 1), 0);
}
