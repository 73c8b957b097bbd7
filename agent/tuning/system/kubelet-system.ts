// What a node keeps from its pods for what is not Kubernetes: the other apps of the machine.

import { sumHugePages } from "./hugepages.ts";
import { mebibytes } from "./kubelet-reserve.ts";
import type { Allotment, Neighbour, Setting } from "../profile/profile.ts";
import { MIB } from "../../size.ts";

/**
 * The kubelet reckons from the whole machine: what pods may have is all that is not reserved. EKS and GKE reckon the system's
 * own memory into what they keep for Kubernetes, so of the memory that no app has only what is more than that is left to reserve.
 */
export function tuneSystemReserved(
  { machine, memoryBytes, neighbours }: Allotment,
  kubeReservedBytes: number,
): Setting {
  const neighbourBytes = sumShares(neighbours);
  const systemBytes = machine.memoryBytes - memoryBytes - neighbourBytes;
  const hugePagesBytes = sumHugePages(neighbours);
  const reservedBytes = neighbourBytes - hugePagesBytes + Math.max(0, systemBytes - kubeReservedBytes);
  return mebibytes(Math.ceil(reservedBytes / MIB), {
    formula: "neighbourBytes - hugePagesBytes + max(0, systemBytes - kubeReservedBytes)",
    inputs: { neighbourBytes, hugePagesBytes, systemBytes, kubeReservedBytes },
    source: "kubernetes.io, reserve-compute-resources",
    ...(hugePagesBytes === 0 ? {} : { note: "the kubelet itself takes huge pages off what pods may have" }),
  });
}

function sumShares(neighbours: readonly Neighbour[]): number {
  return neighbours.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0);
}
