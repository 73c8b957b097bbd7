// The limits that a machine's cgroup and its instance type set, in words. Pure.

import type { Facts } from "../facts/facts.ts";
import { formatBytes } from "../size.ts";
import { usableCpus } from "../tuning/allot.ts";
import { formatCount } from "./text.ts";

export interface Cgroup {
  /** What the OS reports. */
  readonly memTotalBytes: number;
  /** In CPUs, with its fraction; null: none. */
  readonly cpuQuota: number | null;
  /** Whole CPUs that apps may count on. */
  readonly usableVcpus: number;
}

type LimitFacts = Pick<
  Facts,
  "memTotalBytes" | "memLimitBytes" | "vcpus" | "cores" | "cpuQuota" | "cpuBaselinePercent"
>;
export interface Limits {
  /** Absent: the cgroup sets no limit. */
  readonly cgroup?: Cgroup;
  /** The baseline of a burstable type, of each vCPU; absent or null: not burstable, or not known. */
  readonly cpuBaselinePercent?: number | null;
}

export function limitsOf(facts: LimitFacts): Limits {
  const cgroup = cgroupOf(facts);
  return { cpuBaselinePercent: facts.cpuBaselinePercent, ...(cgroup && { cgroup }) };
}

function cgroupOf(facts: Omit<LimitFacts, "cpuBaselinePercent">): Cgroup | undefined {
  const { memTotalBytes, memLimitBytes, cpuQuota } = facts;
  if (memLimitBytes >= memTotalBytes && cpuQuota === null) return undefined;
  return { memTotalBytes, cpuQuota, usableVcpus: usableCpus(facts).vcpus };
}

/** parbake tunes apps for whole vCPUs, which a burstable type has until its credits are spent. */
export function describeBaseline(percent: number): string {
  return `baseline ${percent} % of each vCPU`;
}

export const QUOTA = "CPU quota of the cgroup";

/** `CPU quota of the cgroup 1.5, counts as 1`; null: there is none. */
export function describeQuota(cgroup: Cgroup | undefined): string | null {
  const amount = quotaOf(cgroup);
  return amount === "" ? null : `${QUOTA} ${amount}`;
}

/** `2 CPUs (CPU quota of the cgroup 1.5, counts as 1), 1 GiB (limit of the cgroup, of 8 GiB)`. */
export function describeSize(facts: Omit<LimitFacts, "cpuBaselinePercent">): string {
  const { vcpus, memLimitBytes, memTotalBytes } = facts;
  const quota = describeQuota(cgroupOf(facts));
  const cpus = formatCount(vcpus, "CPU") + (quota === null ? "" : ` (${quota})`);
  const limit = memLimitBytes < memTotalBytes ? ` (limit of the cgroup, of ${formatBytes(memTotalBytes)})` : "";
  return `${cpus}, ${formatBytes(memLimitBytes)}${limit}`;
}

/** `1.5, counts as 1`: parbake tunes apps for whole CPUs. */
export function quotaOf(cgroup: Cgroup | undefined): string {
  if (cgroup === undefined || cgroup.cpuQuota === null) return "";
  return `${Math.round(cgroup.cpuQuota * 100) / 100}, counts as ${cgroup.usableVcpus}`;
}
