// What parbake knows of the machine, as one plain value. Every field is what the source said, never a guess.

import type { Disk } from "./hardware/disks.ts";
import type { FileSystem } from "./hardware/file-systems.ts";

/** Where a fact came from. `detail` is the path, key or option that was read. */
export interface Origin {
  readonly source: "imds" | "kernel" | "cgroup" | "catalogue" | "option" | "derived" | "stand-in";
  readonly detail: string;
  /** How long the read took; absent where it was not measured on its own. */
  readonly tookMs?: number;
}

/** From IMDSv2. Null means that the instance has no such thing, or that IMDS was not asked. */
export interface InstanceFacts {
  readonly instanceType: string | null;
  readonly instanceId: string | null;
  readonly region: string | null;
  readonly availabilityZone: string | null;
  readonly amiId: string | null;
  readonly partition: string | null;
  readonly lifeCycle: string | null;
  readonly localIpv4: string | null;
  readonly localIpv6: string | null;
  readonly hostname: string | null;
  readonly roleName: string | null;
  /** Null where the instance does not offer its tags through IMDS. */
  readonly tags: Readonly<Record<string, string>> | null;
  readonly placementGroup: string | null;
  readonly partitionNumber: number | null;
}

/** From the kernel (or predicted from the catalogue, for an instance type that is not this one). */
export interface HardwareFacts {
  /** As uname says it in EC2's words: `x86_64` or `arm64`. */
  readonly architecture: string;
  /** MemTotal of /proc/meminfo. */
  readonly memTotalBytes: number;
  /** The smaller of MemTotal and the cgroup limit: what tuning may use. */
  readonly memLimitBytes: number;
  /** Online CPUs that this process may run on. */
  readonly vcpus: number;
  /** Physical cores among them. */
  readonly cores: number;
  readonly threadsPerCore: number;
  /** CPU time that the cgroup may use, in CPUs, with its fraction; null: as much as there is. */
  readonly cpuQuota: number | null;
  readonly numaNodes: number;
  /** Memory already taken by reserved huge pages. */
  readonly hugePagesBytes: number;
  readonly pageSizeBytes: number;
  readonly swapBytes: number;
  readonly disks: readonly Disk[];
  /** NVIDIA's and AMD's. Null: not known, of a size that was typed. */
  readonly gpus: number | null;
  readonly kernel: string | null;
}

/** What pods get their addresses from, as EKS counts it: the network interfaces of the instance type's default card. */
export interface NetworkFacts {
  readonly enis: number;
  readonly ipv4PerEni: number;
}

export interface Facts extends InstanceFacts, HardwareFacts {
  /** By the catalogue, and only where an app is tuned by it; null too where the instance type is not in the catalogue. */
  readonly network: NetworkFacts | null;
  /** Of each vCPU, what a burstable type may use for ever; null: all, or nobody asked the catalogue. */
  readonly cpuBaselinePercent: number | null;
  /** Of the folders that apps keep their data in; null where no app is tuned by its disk, or the machine is not this one. */
  readonly fileSystems: readonly FileSystem[] | null;
  /** One entry for each field above that is known, by the field's name. */
  readonly origins: Readonly<Record<string, Origin>>;
}
