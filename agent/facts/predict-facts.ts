// What the OS will see on an instance type that is not this one, or on a size. Pure.

import type { CatalogueRow } from "./catalogue/catalogue-table.ts";
import { CPU_BASELINE_SOURCE, cpuBaselinePercent } from "./catalogue/cpu-baseline.ts";
import { predictMemTotalBytes } from "./catalogue/predict-mem-total.ts";
import type { Facts, InstanceFacts, Origin } from "./facts.ts";
import type { Disk } from "./hardware/disks.ts";
import { UNKNOWN_INSTANCE } from "./unknown-instance.ts";

const MIB = 1024 * 1024;

export function predictFacts(row: CatalogueRow): Facts {
  const memTotalBytes = predictMemTotalBytes(row);
  const catalogue = originOf(row);
  const memory: Origin = {
    source: "catalogue",
    detail: `${row.memoryBytes / MIB} MiB advertised, less what the OS never sees`,
  };
  const { vcpus, cores, threadsPerCore, architecture, gpus } = row;
  const { facts: ofType, origins } = factsOfType(row);
  return describe(
    { ...UNKNOWN_INSTANCE, instanceType: row.type },
    { architecture, memTotalBytes, vcpus, cores, threadsPerCore, disks: disksOf(row), gpus, ...ofType },
    { instanceType: { source: "option", detail: "--instance-type" } },
    {
      architecture: catalogue,
      vcpus: catalogue,
      cores: catalogue,
      threadsPerCore: catalogue,
      disks: catalogue,
      gpus: catalogue,
      memTotalBytes: memory,
      ...origins,
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
      gpus: null,
      network: null,
      cpuBaselinePercent: null,
    },
    {},
    { memTotalBytes: memory, vcpus: cpus, cores: cpus, threadsPerCore: cpus, architecture: ASSUMED, disks: ASSUMED },
  );
}

const ASSUMED: Origin = { source: "derived", detail: "assumed: nothing was said of it" };

type Given = "architecture" | "memTotalBytes" | "vcpus" | "cores" | "threadsPerCore" | "disks";
type Known = "gpus" | "network" | "cpuBaselinePercent";

// A catalogue and a size say nothing of NUMA, pages and swap: one node, the usual pages and nothing reserved.
function describe(
  instance: InstanceFacts,
  given: Pick<Facts, Given | Known>,
  instanceOrigins: Readonly<Record<string, Origin>>,
  origins: Readonly<Record<Given, Origin> & Partial<Record<Known, Origin>>>,
): Facts {
  const assumed = { numaNodes: 1, hugePagesBytes: 0, pageSizeBytes: 4096, swapBytes: 0 };
  const assumedOrigins = Object.fromEntries(Object.keys(assumed).map((name) => [name, ASSUMED]));
  return {
    ...instance,
    ...given,
    ...assumed,
    fileSystems: null,
    memLimitBytes: given.memTotalBytes,
    cpuQuota: null,
    kernel: null,
    origins: { ...instanceOrigins, ...origins, memLimitBytes: origins.memTotalBytes, ...assumedOrigins },
  };
}

/** What only the catalogue knows, of this machine's type as of any other. */
export function factsOfType(row: CatalogueRow): {
  readonly facts: Pick<Facts, "network" | "cpuBaselinePercent">;
  readonly origins: Readonly<Record<string, Origin>>;
} {
  const baseline = cpuBaselinePercent(row.type);
  return {
    facts: { network: { enis: row.enis, ipv4PerEni: row.ipv4PerEni }, cpuBaselinePercent: baseline },
    origins: {
      network: originOf(row),
      ...(baseline !== null && { cpuBaselinePercent: { source: "catalogue", detail: CPU_BASELINE_SOURCE } }),
    },
  };
}

function originOf({ type, source: { name, asOf } }: CatalogueRow): Origin {
  return { source: "catalogue", detail: `${type}: ${name}, ${asOf}` };
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
