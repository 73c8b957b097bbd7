// What the OS will see on an instance type that is not this one. Pure; errs towards too little memory, never too much.

import type { Catalogue, CatalogueRow } from "./catalogue-table.ts";
import type { Disk, Facts, InstanceFacts, NetworkFacts, Origin } from "./facts.ts";
import { UNKNOWN_INSTANCE } from "./unknown-instance.ts";

const MIB = 1024 * 1024;

/** Memory that the OS never sees: `fixedMiB` and a share of what is advertised. */
interface Loss {
  readonly fixedMiB: number;
  readonly share: number;
}

/**
 * Upper bounds of advertised size less MemTotal, over some 1,180 types measured in 2023 to 2026 on stock kernels; the
 * smallest of a row counts, so that each line serves its range of sizes. What is lost: the kernel's page table of pages
 * (64 of every 4096 bytes, 1.6 %), the hypervisor's and firmware's part (as much again on Nitro, twice that beside a GPU),
 * and some fixed megabytes, 64 MiB of contiguous memory on arm64 among them. A crash kernel's reservation comes on top.
 */
const LOSSES: Readonly<Record<CatalogueRow["hypervisor"] | "nitro with accelerators", readonly Loss[]>> = {
  // The tightest: t4g.nano, c5.large, c5.18xlarge.
  nitro: [
    { fixedMiB: 50, share: 0.102 },
    { fixedMiB: 180, share: 0.056 },
    { fixedMiB: 700, share: 0.041 },
  ],
  // g6f.large, vt1.3xlarge, g6.48xlarge.
  "nitro with accelerators": [
    { fixedMiB: 50, share: 0.102 },
    { fixedMiB: 700, share: 0.056 },
  ],
  // t1.micro, m2.2xlarge.
  xen: [
    { fixedMiB: 60, share: 0.05 },
    { fixedMiB: 170, share: 0.018 },
  ],
  // c8a.metal-24xl.
  metal: [{ fixedMiB: 0, share: 0.024 }],
};

/** A whole number of MiB, at or below the MemTotal of every measured instance of the type. */
export function predictMemTotalBytes({ memoryBytes, hypervisor, gpus, accelerators }: CatalogueRow): number {
  const kind = hypervisor === "nitro" && gpus + accelerators > 0 ? "nitro with accelerators" : hypervisor;
  const advertisedMiB = memoryBytes / MIB;
  const lostMiB = Math.min(...LOSSES[kind].map(({ fixedMiB, share }) => fixedMiB + share * advertisedMiB));
  return Math.floor(advertisedMiB - lostMiB) * MIB;
}

export function predictFacts(row: CatalogueRow, { source, asOf }: Pick<Catalogue, "source" | "asOf">): Facts {
  const memTotalBytes = predictMemTotalBytes(row);
  const catalogue: Origin = { source: "catalogue", detail: `${row.type}: ${source}, ${asOf}` };
  const memory: Origin = {
    source: "catalogue",
    detail: `${row.memoryBytes / MIB} MiB advertised, less what the OS never sees`,
  };
  const { vcpus, cores, threadsPerCore, architecture } = row;
  return describe(
    { ...UNKNOWN_INSTANCE, instanceType: row.type },
    { architecture, memTotalBytes, vcpus, cores, threadsPerCore, disks: disksOf(row), network: networkOf(row) },
    { instanceType: { source: "option", detail: "--instance-type" } },
    {
      architecture: catalogue,
      vcpus: catalogue,
      cores: catalogue,
      threadsPerCore: catalogue,
      disks: catalogue,
      network: catalogue,
      memTotalBytes: memory,
    },
  );
}

/** @param memoryBytes what the OS reports, not what is advertised */
export function factsForSize(memoryBytes: number, vcpus: number): Facts {
  const memory: Origin = { source: "option", detail: "--memory" };
  const cpus: Origin = { source: "option", detail: "--cpus" };
  return describe(
    UNKNOWN_INSTANCE,
    // As many cores as CPUs: nothing says that they are threads.
    {
      architecture: "x86_64",
      memTotalBytes: memoryBytes,
      vcpus,
      cores: vcpus,
      threadsPerCore: 1,
      disks: [],
      network: null,
    },
    {},
    { memTotalBytes: memory, vcpus: cpus, cores: cpus, threadsPerCore: cpus, architecture: ASSUMED, disks: ASSUMED },
  );
}

const ASSUMED: Origin = { source: "derived", detail: "assumed: nothing was said of it" };

type Given = "architecture" | "memTotalBytes" | "vcpus" | "cores" | "threadsPerCore" | "disks";

// A catalogue and a size say nothing of NUMA, pages and swap: one node, the usual pages and nothing reserved.
function describe(
  instance: InstanceFacts,
  given: Pick<Facts, Given | "network">,
  instanceOrigins: Readonly<Record<string, Origin>>,
  origins: Readonly<Record<Given, Origin>> & { readonly network?: Origin },
): Facts {
  const assumed = { numaNodes: 1, hugePagesBytes: 0, pageSizeBytes: 4096, swapBytes: 0 };
  const assumedOrigins = Object.fromEntries(Object.keys(assumed).map((name) => [name, ASSUMED]));
  return {
    ...instance,
    ...given,
    ...assumed,
    memLimitBytes: given.memTotalBytes,
    cpuQuota: null,
    kernel: null,
    origins: { ...instanceOrigins, ...origins, memLimitBytes: origins.memTotalBytes, ...assumedOrigins },
  };
}

export function networkOf({ enis, ipv4PerEni }: CatalogueRow): NetworkFacts {
  return { enis, ipv4PerEni };
}

function disksOf({ localDisks, hypervisor }: CatalogueRow): Disk[] {
  const each = localDisks.flatMap(({ count, ...disk }) => Array.from({ length: count }, () => disk));
  return each.map(({ sizeBytes, kind }, index) => ({
    name: `instance-store-${index}`,
    sizeBytes,
    rotational: kind === "hdd",
    nvme: kind === "ssd" && hypervisor !== "xen",
  }));
}
