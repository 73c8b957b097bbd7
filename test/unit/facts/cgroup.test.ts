import assert from "node:assert/strict";
import { type CgroupLimit, readCgroupLimit } from "../../../agent/facts/cgroup.ts";
import { openKernelFiles } from "../../../agent/facts/kernel-files.ts";
import { makeKernelTree } from "./kernel-tree.ts";

const NO_LIMIT_OF_V1 = "9223372036854771712";

function limitOf(files: Record<string, string>): CgroupLimit | null {
  const tree = makeKernelTree(files);
  try {
    return readCgroupLimit(openKernelFiles(tree.root));
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
    it(`is none for ${title}`, () => assert.equal(limitOf(files), null));
  }
});
