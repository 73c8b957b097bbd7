// What a node keeps from its pods for the other apps of the machine.

import { MIB } from "../../size.ts";
import type { Allotment, Neighbour, Setting } from "../profile/profile.ts";
import { sumHugePages } from "./hugepages.ts";
import { mebibytes } from "./kubelet-reserve.ts";

/**
 * The kubelet gives pods all of the machine that is not reserved. EKS and GKE count the system's memory in what they keep
 * for Kubernetes, so of the memory that no app has, only what exceeds that is reserved here.
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
    ...(hugePagesBytes === 0 ? {} : { note: "the kubelet itself subtracts huge pages from what pods may have" }),
  });
}

function sumShares(neighbours: readonly Neighbour[]): number {
  return neighbours.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0);
}
