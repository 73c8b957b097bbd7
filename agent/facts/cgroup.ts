// The memory limit of the cgroup that this process is in, v1 and v2: the smallest on the way from the root to it.

import type { KernelFiles } from "./kernel-files.ts";

export interface CgroupLimit {
  readonly limitBytes: number;
  /** The file that says so. */
  readonly path: string;
}

interface Hierarchy {
  readonly mount: string;
  readonly file: string;
  /** Of this process, below the mount. */
  readonly path: string;
}

/** Null: no limit anywhere. */
export function readCgroupLimit(files: KernelFiles): CgroupLimit | null {
  const membership = files.read("proc/self/cgroup") ?? "";
  let smallest: CgroupLimit | null = null;
  for (const hierarchy of membership.split("\n").flatMap(hierarchiesOf)) {
    for (const path of pathsUpwards(hierarchy)) {
      const limitBytes = parseLimit(files.read(path));
      if (limitBytes !== null && limitBytes < (smallest?.limitBytes ?? Infinity))
        smallest = { limitBytes, path: `/${path}` };
    }
  }
  return smallest;
}

/** `0::/system.slice/x.service` is v2, `7:memory:/docker/x` is v1. v2 is mounted below `unified` on a hybrid system. */
function hierarchiesOf(line: string): Hierarchy[] {
  const [, id, controllers, path] = /^(\d+):([^:]*):(\/.*)$/.exec(line) ?? [];
  if (path === undefined) return [];
  if (controllers!.split(",").includes("memory")) {
    return [{ mount: "sys/fs/cgroup/memory", file: "memory.limit_in_bytes", path }];
  }
  if (id !== "0") return [];
  return ["sys/fs/cgroup", "sys/fs/cgroup/unified"].map((mount) => ({ mount, file: "memory.max", path }));
}

// A parent's limit binds too. In a container the path may be the host's and lead nowhere: then only the mount's root, which
// is the container's own cgroup, has the file.
function pathsUpwards({ mount, file, path }: Hierarchy): string[] {
  const parts = path.split("/").filter((part) => part !== "" && part !== "." && part !== "..");
  return [...parts.keys(), parts.length].map((depth) => [mount, ...parts.slice(0, depth), file].join("/"));
}

// v2 writes "max" for no limit; v1 writes the largest multiple of a page that fits in 63 bits.
const NO_LIMIT_BYTES = 2 ** 62;

function parseLimit(text: string | null): number | null {
  if (text === null || !/^\d+$/.test(text)) return null;
  const limitBytes = Number(text);
  return limitBytes < NO_LIMIT_BYTES ? limitBytes : null;
}
