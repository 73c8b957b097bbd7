// Makes a profile's input from a machine's facts: the app's share, its CPUs, and what else it may know. Pure.

import type { Facts } from "../facts/facts.ts";
import type { Share } from "./budget.ts";
import type { Allotment, Machine, Neighbour, Profile } from "./profile/profile.ts";
import { computeReserveBytes } from "./reserve.ts";

export type MachineFacts = Pick<
  Facts,
  | "memTotalBytes"
  | "memLimitBytes"
  | "hugePagesBytes"
  | "vcpus"
  | "cpuQuota"
  | "cores"
  | "architecture"
  | "network"
  | "fileSystems"
  | "disks"
  | "numaNodes"
  | "gpus"
>;

/** @param share null: the profile takes no memory, and is tuned by the memory of the whole machine */
export function allot(
  { dataFolder }: Profile,
  facts: MachineFacts,
  share: Share | null,
  neighbours: readonly Neighbour[],
): Allotment {
  const { memTotalBytes, architecture, network, fileSystems } = facts;
  return {
    ...(share ?? { memoryBytes: memTotalBytes, ...usableCpus(facts) }),
    architecture,
    network,
    dataDiskBytes: fileSystems?.find(({ folder }) => folder === dataFolder)?.sizeBytes ?? null,
    machine: machineOf(facts),
    neighbours,
  };
}

/**
 * For an app without neighbours.
 * @param isSize whether the memory is the app's share; otherwise it is a machine's, of which the kernel needs a part
 */
export function allotAlone(profile: Profile, facts: MachineFacts, isSize: boolean): Allotment {
  if (!profile.takesMemory) return allot(profile, facts, null, []);
  const memoryBytes = isSize ? facts.memLimitBytes : leaveReserve(facts);
  return allot(profile, facts, { memoryBytes, ...usableCpus(facts) }, []);
}

function leaveReserve({ memLimitBytes, hugePagesBytes }: MachineFacts): number {
  return Math.max(0, memLimitBytes - hugePagesBytes - computeReserveBytes({ kind: "tiers" }, memLimitBytes));
}

/** A quota limits time, not CPUs: with a quota of 2.5 CPUs a third busy thread would only wait. */
export function usableCpus({ vcpus, cores, cpuQuota }: Pick<MachineFacts, "vcpus" | "cores" | "cpuQuota">): {
  readonly vcpus: number;
  readonly cores: number;
} {
  const most = cpuQuota === null ? vcpus : Math.max(1, Math.floor(cpuQuota));
  return { vcpus: Math.min(vcpus, most), cores: Math.min(cores, most) };
}

/** What a profile may know of the machine itself. */
export function machineOf({ memLimitBytes, vcpus, disks, numaNodes, gpus }: MachineFacts): Machine {
  return { memoryBytes: memLimitBytes, vcpus, disks: disks.length === 0 ? null : disks, numaNodes, gpus };
}
