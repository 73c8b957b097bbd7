// The limits of the cgroup that this process is in, v1 and v2: the smallest on the way from the root to it.

import { isRunningUnit } from "../../names/running-units.ts";
import type { KernelFiles } from "./kernel-files.ts";

export interface CgroupLimit {
  readonly limitBytes: number;
  /** The file that says so. */
  readonly path: string;
}

export interface CgroupQuota {
  /** CPU time for each unit of time: 1.5 is that of one CPU and a half. */
  readonly cpus: number;
  /** The file that says so. */
  readonly path: string;
}

interface Limit {
  readonly value: number;
  readonly path: string;
}

/** How a controller's limit is found: where v1 mounts it, and how each version writes it in a cgroup's folder. */
interface Controller {
  readonly name: string;
  readonly v1: LimitFile;
  readonly v2: LimitFile;
}

interface LimitFile {
  readonly name: string;
  /** Null: no limit. `folder` is the cgroup's, for a limit that is told in two files. */
  parse(text: string | null, folder: string, files: KernelFiles): number | null;
}

/** Null: no limit anywhere. */
export function readCgroupLimit(files: KernelFiles): CgroupLimit | null {
  const smallest = readSmallest(files, MEMORY);
  return smallest && { limitBytes: smallest.value, path: smallest.path };
}

/** Null: no quota anywhere. */
export function readCgroupQuota(files: KernelFiles): CgroupQuota | null {
  const smallest = readSmallest(files, CPU);
  return smallest && { cpus: smallest.value, path: smallest.path };
}

// v2 writes "max" for no limit; v1 writes the largest multiple of a page that fits in 63 bits.
const NO_LIMIT_BYTES = 2 ** 62;

function parseMemory(text: string | null): number | null {
  if (text === null || !/^\d+$/.test(text)) return null;
  const limitBytes = Number(text);
  return limitBytes < NO_LIMIT_BYTES ? limitBytes : null;
}

const MEMORY: Controller = {
  name: "memory",
  v1: { name: "memory.limit_in_bytes", parse: parseMemory },
  v2: { name: "memory.max", parse: parseMemory },
};

const CPU: Controller = {
  name: "cpu",
  v1: {
    name: "cpu.cfs_quota_us",
    parse: (text, folder, files) => divide(text, files.read(`${folder}/cpu.cfs_period_us`)),
  },
  // `150000 100000`: quota and period; `max 100000`: no quota.
  v2: { name: "cpu.max", parse: (text) => divide(...((text ?? "").split(" ") as [string, string?])) },
};

// v1 writes -1 for no quota.
function divide(quotaUs: string | null, periodUs: string | null = null): number | null {
  if (!/^\d+$/.test(quotaUs ?? "") || !/^[1-9]\d*$/.test(periodUs ?? "")) return null;
  return Number(quotaUs) / Number(periodUs);
}

function readSmallest(files: KernelFiles, controller: Controller): Limit | null {
  const membership = files.read("proc/self/cgroup") ?? "";
  let smallest: Limit | null = null;
  for (const { mount, file, path } of membership.split("\n").flatMap((line) => hierarchiesOf(line, controller))) {
    for (const folder of foldersUpwards(mount, path)) {
      const value = file.parse(files.read(`${folder}/${file.name}`), folder, files);
      if (value !== null && value < (smallest?.value ?? Infinity))
        smallest = { value, path: `/${folder}/${file.name}` };
    }
  }
  return smallest;
}

interface Hierarchy {
  readonly mount: string;
  readonly file: LimitFile;
  /** Of this process, below the mount. */
  readonly path: string;
}

/** `0::/system.slice/x.service` is v2, `7:memory:/docker/x` is v1. v2 is mounted below `unified` on a hybrid system. */
function hierarchiesOf(line: string, { name, v1, v2 }: Controller): Hierarchy[] {
  const [, id, controllers = "", path] = /^(\d+):([^:]*):(\/.*)$/.exec(line) ?? [];
  if (path === undefined) return [];
  // v1 mounts `cpu` together with `cpuacct`, and most systems link the short name to it.
  if (controllers.split(",").includes(name)) {
    const mounts = [...new Set([name, controllers])].map((mount) => `sys/fs/cgroup/${mount}`);
    return mounts.map((mount) => ({ mount, file: v1, path }));
  }
  if (id !== "0") return [];
  return ["sys/fs/cgroup", "sys/fs/cgroup/unified"].map((mount) => ({ mount, file: v2, path }));
}

// A parent's limit binds too. In a container the path may be the host's and lead nowhere: then only the mount's root, which
// is the container's own cgroup, has the file. What systemd holds a run to (MemoryMax= of systemd/run.conf) is no limit of the apps'.
function foldersUpwards(mount: string, path: string): string[] {
  const parts = path.split("/").filter((part) => part !== "" && part !== "." && part !== "..");
  const own = parts.findIndex(isRunningUnit);
  const around = own === -1 ? parts : parts.slice(0, own);
  return [...around.keys(), around.length].map((depth) => [mount, ...around.slice(0, depth)].join("/"));
}
