// What a node keeps from its pods for the system, the kubelet and the container runtime, by EKS's or GKE's rule.

import { GIB, MIB } from "../../size.ts";
import { bytes, count, type Reason } from "../profile/build-setting.ts";
import type { Allotment, Options, Setting } from "../profile/profile.ts";
import { numberOption, textOption } from "../profile/read-option.ts";

export const NODEADM = "awslabs/amazon-eks-ami, nodeadm/internal/kubelet";
export const GKE = "cloud.google.com/kubernetes-engine, plan-node-sizes";

/** EKS: for the system, the kubelet and containerd, and then for each pod. */
export const BASE_MIB = 255;
export const POD_MIB = 11;

/** GKE: these percents of the memory, up to so many GiB each. */
const GKE_TIERS: readonly (readonly [upToGib: number, percent: number])[] = [
  [4, 25],
  [8, 20],
  [16, 10],
  [128, 6],
  [Infinity, 2],
];
const GKE_FORMULA = "25% of memoryBytes up to 4 GiB, 20% up to 8 GiB, 10% up to 16 GiB, 6% up to 128 GiB, 2% beyond";
/** GKE: below 1 GiB; from there its tiers hold. */
const GKE_LEAST_MIB = 255;

/** Tenths of a millicore for each CPU, up to so many CPUs: 60 millicores for the first, 2.5 for each beyond the fourth. */
const CPU_TIERS: readonly (readonly [upToCpus: number, tenthsOfMillicores: number])[] = [
  [1, 600],
  [2, 100],
  [4, 50],
  [Infinity, 25],
];

/** The least that is reserved: on a machine with just enough memory for so many pods. */
export function leastReservedBytes(options: Options, pods: number): number {
  return (isGke(options) ? GKE_LEAST_MIB : BASE_MIB + POD_MIB * pods) * MIB;
}

export function tuneReservedMemory({ memoryBytes }: Allotment, options: Options, maxPods: number): Setting {
  if (!isGke(options))
    return mebibytes(BASE_MIB + POD_MIB * maxPods, {
      formula: "255 MiB + 11 MiB * maxPods",
      inputs: { maxPods },
      source: `${NODEADM}/config.go`,
    });
  const tieredMib = Math.floor(sumTiers(memoryBytes / GIB, GKE_TIERS, (gib, percent) => (gib * 1024 * percent) / 100));
  const why: Reason = {
    formula: GKE_FORMULA,
    inputs: { memoryBytes },
    source: GKE,
  };
  const evictionBytes = numberOption(options, "evictionMemory");
  const bearableMib = Math.floor((memoryBytes - evictionBytes) / MIB);
  if (tieredMib > bearableMib)
    return mebibytes(bearableMib, {
      ...why,
      formula: `min(${GKE_FORMULA}, memoryBytes - evictionBytes)`,
      inputs: { memoryBytes, evictionBytes },
      boundBy: "share",
      note: "what GKE keeps and what it leaves free for eviction are together more than the memory",
    });
  if (tieredMib >= GKE_LEAST_MIB) return mebibytes(tieredMib, why);
  return mebibytes(GKE_LEAST_MIB, { ...why, formula: `max(${GKE_FORMULA}, 255 MiB)`, boundBy: "floor" });
}

// Rounded down in each tier, as nodeadm does.
export function tuneReservedCpu({ vcpus }: Allotment): Setting {
  const millicores = sumTiers(vcpus, CPU_TIERS, (cpus, tenths) => Math.floor((cpus * tenths) / 10));
  return {
    ...count(millicores, {
      formula: "60 for the first of vcpus, 10 for the second, 5 for the third and fourth, 2.5 for each beyond",
      inputs: { vcpus },
      source: `${NODEADM}/config.go`,
    }),
    text: `${millicores}m`,
  };
}

/** Sums the tiers of the amount, each at its own rate. */
export function sumTiers(
  amount: number,
  tiers: readonly (readonly [number, number])[],
  price: (amount: number, rate: number) => number,
): number {
  let [sum, from] = [0, 0];
  for (const [upTo, rate] of tiers) {
    sum += price(Math.max(0, Math.min(amount, upTo) - from), rate);
    from = upTo;
  }
  return sum;
}

export function mebibytes(mib: number, why: Reason): Setting {
  return bytes(mib * MIB, `${mib}Mi`, why);
}

export function isGke(options: Options): boolean {
  return textOption(options, "style") === "gke";
}
