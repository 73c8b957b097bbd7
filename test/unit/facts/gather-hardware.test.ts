import assert from "node:assert/strict";
import { gatherHardware } from "../../../agent/facts/gather-hardware.ts";
import { Refusal } from "../../../agent/refusal.ts";
import { type KernelTree, makeKernelTree } from "../support/kernel-tree.ts";

const GIB = 1024 ** 3;

// An m6id.xlarge with one CPU off line and one forbidden, in a service with a memory limit.
const MACHINE: Record<string, string | Uint8Array> = {
  "proc/meminfo":
    "MemTotal:       16777216 kB\nMemFree:         100 kB\nSwapTotal:       2097152 kB\n" +
    "HugePages_Total:     512\nHugepagesize:       2048 kB\nHugetlb:         2097152 kB\n",
  "proc/self/status": "Name:\tnode\nCpus_allowed:\tb\nCpus_allowed_list:\t0-1,3-127\nMems_allowed:\t1\n",
  "proc/self/cgroup": "0::/system.slice/app.service\n",
  "proc/self/auxv": auxv([33n, 1n], [6n, 65536n], [0n, 0n]),
  "proc/sys/kernel/osrelease": "6.12.30-aws\n",
  "proc/sys/kernel/arch": "aarch64\n",
  "sys/fs/cgroup/system.slice/memory.max": "max\n",
  "sys/fs/cgroup/system.slice/app.service/memory.max": "8589934592\n",
  "sys/fs/cgroup/system.slice/cpu.max": "150000 100000\n",
  "sys/devices/system/cpu/online": "0-3\n",
  "sys/devices/system/cpu/smt/active": "1\n",
  "sys/devices/system/cpu/cpu0/topology/thread_siblings_list": "0,2\n",
  "sys/devices/system/cpu/cpu1/topology/thread_siblings_list": "1,3\n",
  "sys/devices/system/cpu/cpu3/topology/thread_siblings_list": "1,3\n",
  "sys/devices/system/node/online": "0-1\n",
  "sys/block/nvme0n1/size": "16777216\n",
  "sys/block/nvme0n1/queue/rotational": "0\n",
  "sys/block/xvdb/size": "2048\n",
  "sys/block/xvdb/queue/rotational": "1\n",
  "sys/block/nvme1n1/size": "0\n",
  "sys/block/loop0/size": "8\n",
  "sys/block/zram0/size": "8\n",
  "sys/block/dm-0/size": "8\n",
  "proc/bus/pci/devices": "0018\t1d0f1111\t0\n00f0\t10de1eb8\tb\n",
  "sys/bus/pci/devices/0000:00:1e.0/modalias": "pci:v000010DEd00001EB8sv000010DEsd000012A2bc03sc02i00\n",
};

describe("the hardware's facts", () => {
  let tree: KernelTree | null = null;
  afterEach(() => tree?.remove());

  function gather(changes: Record<string, string | Uint8Array | null> = {}) {
    const files = Object.entries({ ...MACHINE, ...changes });
    const kept = files.filter((entry): entry is [string, string | Uint8Array] => entry[1] !== null);
    tree = makeKernelTree(Object.fromEntries(kept));
    return gatherHardware(tree.root);
  }

  it("are what the kernel's files say", () => {
    assert.deepEqual(gather().facts, {
      architecture: "arm64",
      kernel: "6.12.30-aws",
      memTotalBytes: 16 * GIB,
      memLimitBytes: 8 * GIB,
      hugePagesBytes: 2 * GIB,
      swapBytes: 2 * GIB,
      vcpus: 3,
      cores: 2,
      threadsPerCore: 2,
      cpuQuota: 1.5,
      numaNodes: 2,
      pageSizeBytes: 65536,
      disks: [
        { name: "nvme0n1", sizeBytes: 8 * GIB, rotational: false, nvme: true },
        { name: "xvdb", sizeBytes: 1024 * 1024, rotational: true, nvme: false },
      ],
      gpus: 1,
    });
  });

  it("each say where they came from", () => {
    const { facts, origins } = gather();
    assert.deepEqual(Object.keys(origins).toSorted(), Object.keys(facts).toSorted());
    assert.deepEqual(origins.memLimitBytes, {
      source: "cgroup",
      detail: "/sys/fs/cgroup/system.slice/app.service/memory.max",
    });
    assert.equal(origins.memTotalBytes.source, "kernel");
  });

  it("have no quota where the cgroup sets no quota", () => {
    const { facts, origins } = gather({ "sys/fs/cgroup/system.slice/cpu.max": "max 100000\n" });
    assert.equal(facts.cpuQuota, null);
    assert.deepEqual(origins.cpuQuota, { source: "cgroup", detail: "no quota" });
  });

  it("take MemTotal for the limit where the cgroup's is larger", () => {
    const { facts, origins } = gather({ "sys/fs/cgroup/system.slice/app.service/memory.max": "99999999999999" });
    assert.equal(facts.memLimitBytes, 16 * GIB);
    assert.equal(origins.memLimitBytes.source, "kernel");
  });

  it("are honest about what an old or sparse kernel does not tell", () => {
    const { facts, origins } = gather({
      "proc/self/auxv": null,
      "sys/devices/system/cpu/online": null,
      "sys/devices/system/cpu/cpu0/topology/thread_siblings_list": null,
      "sys/devices/system/node/online": null,
      "proc/cpuinfo": "processor\t: 0\nmodel name\t: x\n\nprocessor\t: 1\n",
      "proc/sys/kernel/osrelease": null,
      "sys/block/xvdb/size": "many",
    });
    assert.deepEqual(
      [facts.vcpus, facts.cores, facts.numaNodes, facts.pageSizeBytes, facts.kernel, facts.disks.length],
      [2, 2, 1, 4096, null, 1],
    );
    assert.equal(origins.vcpus.detail, "/proc/cpuinfo");
    assert.deepEqual(
      [origins.cores.source, origins.numaNodes.source, origins.pageSizeBytes.source],
      ["derived", "derived", "derived"],
    );
  });

  it("are refused without MemTotal", () => {
    assert.throws(() => gather({ "proc/meminfo": "MemFree: 1 kB\n" }), refusalLike(/\/proc\/meminfo has no MemTotal/));
  });

  it("are refused where nothing tells the CPUs", () => {
    assert.throws(() => gather({ "sys/devices/system/cpu/online": null }), refusalLike(/which CPUs are online/));
  });

  it("of this very machine are plausible, and quickly there", () => {
    const { facts } = gatherHardware();
    const tookMs = Array.from({ length: 9 }, () => {
      const startMs = performance.now();
      gatherHardware();
      return performance.now() - startMs;
    });
    assert.ok(facts.memTotalBytes > 64 * 1024 ** 2 && facts.memLimitBytes <= facts.memTotalBytes);
    assert.ok(facts.vcpus >= facts.cores && facts.cores >= 1);
    // The quickest: the others may have waited for a CPU.
    assert.ok(Math.min(...tookMs) < 50, `${tookMs.join(", ")} ms`);
  });
});

function auxv(...entries: readonly [bigint, bigint][]): Buffer {
  const bytes = Buffer.alloc(entries.length * 16);
  entries.forEach(([type, value], index) => {
    bytes.writeBigUInt64LE(type, index * 16);
    bytes.writeBigUInt64LE(value, index * 16 + 8);
  });
  return bytes;
}

function refusalLike(message: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof Refusal && error.code === "system" && message.test(error.message);
}
