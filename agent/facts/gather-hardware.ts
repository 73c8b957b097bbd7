// The hardware as the kernel tells it, by a few dozen reads of /proc and /sys. Starts no process and never guesses MemTotal.

import { Refusal } from "../refusal.ts";
import type { HardwareFacts, Origin } from "./facts.ts";
import { readCgroupLimit, readCgroupQuota } from "./hardware/cgroup.ts";
import { parseCpuList, readCpus } from "./hardware/cpus.ts";
import { readDisks } from "./hardware/disks.ts";
import { countGpus } from "./hardware/gpus.ts";
import { type KernelFiles, openKernelFiles } from "./hardware/kernel-files.ts";
import { type Meminfo, parseMeminfo } from "./hardware/meminfo.ts";

interface Hardware {
  readonly facts: HardwareFacts;
  readonly origins: Readonly<Record<keyof HardwareFacts, Origin>>;
}

type Part<Name extends keyof HardwareFacts> = {
  readonly facts: Pick<HardwareFacts, Name>;
  readonly origins: Readonly<Record<Name, Origin>>;
};

/** @param root what stands for `/`: a folder in tests */
export function gatherHardware(root = "/"): Hardware {
  const files = openKernelFiles(root);
  const [memory, cpus, kernel, rest] = [gatherMemory(files), gatherCpus(files), gatherKernel(files), gatherRest(files)];
  return {
    facts: { ...kernel.facts, ...memory.facts, ...cpus.facts, ...rest.facts },
    origins: { ...kernel.origins, ...memory.origins, ...cpus.origins, ...rest.origins },
  };
}

function gatherMemory(files: KernelFiles): Part<"memTotalBytes" | "memLimitBytes" | "hugePagesBytes" | "swapBytes"> {
  const meminfo = parseMeminfo(files.read("proc/meminfo") ?? "");
  const memTotalBytes = meminfo.memTotalBytes ?? refuseMeminfo();
  const { swapBytes, hugePagesBytes } = meminfo;
  const memTotal = fromMeminfo("MemTotal");
  const cgroup = readCgroupLimit(files);
  const limit: [number, Origin] =
    cgroup && cgroup.limitBytes < memTotalBytes
      ? [cgroup.limitBytes, { source: "cgroup", detail: cgroup.path }]
      : [memTotalBytes, memTotal];
  return {
    facts: { memTotalBytes, memLimitBytes: limit[0], hugePagesBytes, swapBytes },
    origins: {
      memTotalBytes: memTotal,
      memLimitBytes: limit[1],
      hugePagesBytes: fromMeminfo("huge pages"),
      swapBytes: fromMeminfo("SwapTotal"),
    },
  };
}

function refuseMeminfo(): NonNullable<Meminfo["memTotalBytes"]> {
  throw new Refusal("system", {
    what: "/proc/meminfo has no MemTotal",
    fix: "Mount /proc (mount -t proc proc /proc) before parbake runs.",
  });
}

function gatherCpus(files: KernelFiles): Part<"vcpus" | "cores" | "threadsPerCore" | "cpuQuota"> {
  const cpus = readCpus(files);
  if (cpus === null) {
    throw new Refusal("system", {
      what: "neither /sys/devices/system/cpu nor /proc/cpuinfo says which CPUs are online",
      fix: "Mount /sys (mount -t sysfs sysfs /sys) before parbake runs.",
    });
  }
  const { origins, ...facts } = cpus;
  const quota = readCgroupQuota(files);
  const quotaOrigin: Origin = { source: "cgroup", detail: quota?.path ?? "no quota" };
  return { facts: { ...facts, cpuQuota: quota?.cpus ?? null }, origins: { ...origins, cpuQuota: quotaOrigin } };
}

// EC2 says x86_64 and arm64, uname says x86_64 and aarch64, Node says x64 and arm64.
const ARCHITECTURE: Readonly<Record<string, string>> = { aarch64: "arm64", x64: "x86_64" };

function gatherKernel(files: KernelFiles): Part<"architecture" | "kernel"> {
  // The file is there since Linux 6.1; an older kernel runs the same architecture that this program was built for.
  const machine = files.read("proc/sys/kernel/arch") ?? process.arch;
  return {
    facts: { architecture: ARCHITECTURE[machine] ?? machine, kernel: files.read("proc/sys/kernel/osrelease") },
    origins: {
      architecture: { source: "kernel", detail: "uname -m" },
      kernel: { source: "kernel", detail: "/proc/sys/kernel/osrelease" },
    },
  };
}

function gatherRest(files: KernelFiles): Part<"numaNodes" | "pageSizeBytes" | "disks" | "gpus"> {
  const nodes = parseCpuList(files.read("sys/devices/system/node/online") ?? "").length;
  const pageSizeBytes = readPageSize(files);
  return {
    facts: {
      numaNodes: nodes || 1,
      pageSizeBytes: pageSizeBytes ?? USUAL_PAGE_BYTES,
      disks: readDisks(files),
      gpus: countGpus(files),
    },
    origins: {
      numaNodes: nodes
        ? { source: "kernel", detail: "/sys/devices/system/node/online" }
        : { source: "derived", detail: "1: a kernel without NUMA" },
      pageSizeBytes: pageSizeBytes
        ? { source: "kernel", detail: "AT_PAGESZ in /proc/self/auxv" }
        : { source: "derived", detail: "the usual size: no /proc/self/auxv" },
      disks: { source: "kernel", detail: "/sys/block" },
      gpus: { source: "kernel", detail: "/proc/bus/pci/devices, /sys/bus/pci/devices" },
    },
  };
}

// 4 KiB on x86_64 always, and on arm64 in every distribution's default kernel.
const USUAL_PAGE_BYTES = 4096;

// The auxiliary vector: pairs of 64-bit words, type and value (getauxval(3)); both architectures are little-endian.
const AT_PAGESZ = 6n;

function readPageSize(files: KernelFiles): number | null {
  const vector = files.readBytes("proc/self/auxv") ?? Buffer.alloc(0);
  for (let offset = 0; offset + 16 <= vector.length; offset += 16) {
    if (vector.readBigUInt64LE(offset) === AT_PAGESZ) return Number(vector.readBigUInt64LE(offset + 8));
  }
  return null;
}

function fromMeminfo(field: string): Origin {
  return { source: "kernel", detail: `${field} in /proc/meminfo` };
}
