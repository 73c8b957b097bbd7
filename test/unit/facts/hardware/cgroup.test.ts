import assert from "node:assert/strict";
import {
  type CgroupLimit,
  type CgroupQuota,
  readCgroupLimit,
  readCgroupQuota,
} from "../../../../agent/facts/hardware/cgroup.ts";
import { type KernelFiles, openKernelFiles } from "../../../../agent/facts/hardware/kernel-files.ts";
import { makeKernelTree } from "../../support/kernel-tree.ts";

const NO_LIMIT_OF_V1 = "9223372036854771712";

function limitOf(files: Record<string, string>): CgroupLimit | null {
  return readWith(readCgroupLimit, files);
}

function quotaOf(files: Record<string, string>): CgroupQuota | null {
  return readWith(readCgroupQuota, files);
}

function readWith<T>(read: (files: KernelFiles) => T, files: Record<string, string>): T {
  const tree = makeKernelTree(files);
  try {
    return read(openKernelFiles(tree.root));
  } finally {
    tree.remove();
  }
}

describe("the cgroup's memory limit", () => {
  it("is the smallest on the way from the root to the process (v2)", () => {
    const limit = limitOf({
      "proc/self/cgroup": "0::/a.slice/b.slice/c.service\n",
      "sys/fs/cgroup/a.slice/memory.max": "3000",
      "sys/fs/cgroup/a.slice/b.slice/memory.max": "1000",
      "sys/fs/cgroup/a.slice/b.slice/c.service/memory.max": "2000",
      "sys/fs/cgroup/other.slice/memory.max": "1",
    });
    assert.deepEqual(limit, { limitBytes: 1000, path: "/sys/fs/cgroup/a.slice/b.slice/memory.max" });
  });

  it("is the smallest on the way from the root to the process (v1)", () => {
    const limit = limitOf({
      "proc/self/cgroup": "12:cpu,cpuacct:/x\n7:memory:/docker/abc\n1:name=systemd:/y\n",
      "sys/fs/cgroup/memory/memory.limit_in_bytes": NO_LIMIT_OF_V1,
      "sys/fs/cgroup/memory/docker/memory.limit_in_bytes": "500",
      "sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes": NO_LIMIT_OF_V1,
    });
    assert.deepEqual(limit, { limitBytes: 500, path: "/sys/fs/cgroup/memory/docker/memory.limit_in_bytes" });
  });

  it("is not what systemd holds parbake's own units to", () => {
    for (const unit of ["parbake.service", "parbake-refresh.service"])
      assert.deepEqual(
        limitOf({
          "proc/self/cgroup": `0::/system.slice/${unit}\n`,
          "sys/fs/cgroup/system.slice/memory.max": "1000",
          [`sys/fs/cgroup/system.slice/${unit}/memory.max`]: "750",
        }),
        { limitBytes: 1000, path: "/sys/fs/cgroup/system.slice/memory.max" },
      );
  });

  it("is the smaller of both on a hybrid system", () => {
    const limit = limitOf({
      "proc/self/cgroup": "7:memory:/one\n0::/two\n",
      "sys/fs/cgroup/memory/one/memory.limit_in_bytes": "900",
      "sys/fs/cgroup/unified/two/memory.max": "800",
    });
    assert.equal(limit?.limitBytes, 800);
  });

  it("is the mount root's where the path is the host's, as in a container", () => {
    const limit = limitOf({ "proc/self/cgroup": "0::/../../pod/abc\n", "sys/fs/cgroup/memory.max": "700" });
    assert.equal(limit?.limitBytes, 700);
  });

  it("keeps a colon in the path", () => {
    const limit = limitOf({ "proc/self/cgroup": "0::/a:b\n", "sys/fs/cgroup/a:b/memory.max": "600" });
    assert.equal(limit?.limitBytes, 600);
  });

  const none: readonly [string, Record<string, string>][] = [
    ["max", { "proc/self/cgroup": "0::/a\n", "sys/fs/cgroup/a/memory.max": "max" }],
    [
      "v1's huge number",
      { "proc/self/cgroup": "7:memory:/\n", "sys/fs/cgroup/memory/memory.limit_in_bytes": NO_LIMIT_OF_V1 },
    ],
    ["garbage", { "proc/self/cgroup": "0::/a\n", "sys/fs/cgroup/a/memory.max": "12 apples" }],
    ["nothing, where the kernel has no cgroups", {}],
  ];
  for (const [title, files] of none) {
    it(`is null for ${title}`, () => assert.equal(limitOf(files), null));
  }
});

describe("the cgroup's CPU quota", () => {
  it("is the smallest on the way from the root to the process (v2)", () => {
    const quota = quotaOf({
      "proc/self/cgroup": "0::/a.slice/b.service\n",
      "sys/fs/cgroup/cpu.max": "max 100000",
      "sys/fs/cgroup/a.slice/cpu.max": "250000 100000",
      "sys/fs/cgroup/a.slice/b.service/cpu.max": "40000 10000",
      "sys/fs/cgroup/other.slice/cpu.max": "1000 100000",
    });
    assert.deepEqual(quota, { cpus: 2.5, path: "/sys/fs/cgroup/a.slice/cpu.max" });
  });

  it("is quota by period of the smallest (v1), wherever the controller is mounted", () => {
    for (const mount of ["cpu", "cpu,cpuacct"]) {
      const quota = quotaOf({
        "proc/self/cgroup": "12:cpu,cpuacct:/x/y\n7:memory:/x\n",
        [`sys/fs/cgroup/${mount}/cpu.cfs_quota_us`]: "-1",
        [`sys/fs/cgroup/${mount}/cpu.cfs_period_us`]: "100000",
        [`sys/fs/cgroup/${mount}/x/cpu.cfs_quota_us`]: "50000",
        [`sys/fs/cgroup/${mount}/x/cpu.cfs_period_us`]: "100000",
        [`sys/fs/cgroup/${mount}/x/y/cpu.cfs_quota_us`]: "75000",
        [`sys/fs/cgroup/${mount}/x/y/cpu.cfs_period_us`]: "50000",
      });
      assert.deepEqual(quota, { cpus: 0.5, path: `/sys/fs/cgroup/${mount}/x/cpu.cfs_quota_us` });
    }
  });

  const unlimited: readonly [string, Record<string, string>][] = [
    ["max", { "proc/self/cgroup": "0::/a\n", "sys/fs/cgroup/a/cpu.max": "max 100000" }],
    [
      "v1's -1",
      {
        "proc/self/cgroup": "3:cpu:/\n",
        "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1",
        "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000",
      },
    ],
    ["a quota without its period", { "proc/self/cgroup": "3:cpu:/\n", "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "100000" }],
    ["a period of nothing", { "proc/self/cgroup": "0::/a\n", "sys/fs/cgroup/a/cpu.max": "100000 0" }],
    ["garbage", { "proc/self/cgroup": "0::/a\n", "sys/fs/cgroup/a/cpu.max": "lots" }],
    ["nothing, where the kernel has no cgroups", {}],
  ];
  for (const [title, files] of unlimited) {
    it(`is null for ${title}`, () => assert.equal(quotaOf(files), null));
  }
});
