// Counts a node's pods: as many as the network has addresses for, and no more than the memory bears.

import { MIB } from "../../size.ts";
import { count, fromOption, type Reason } from "../profile/build-setting.ts";
import type { Allotment, Options, Setting } from "../profile/profile.ts";
import { numberOption, optionalNumber } from "../profile/read-option.ts";
import { BASE_MIB, GKE, isGke, NODEADM, POD_MIB, sumTiers } from "./kubelet-reserve.ts";

/** Kubernetes' default, for a type whose network is unknown. */
const DEFAULT_PODS = 110;
/** The smallest types have addresses for so many. */
export const LEAST_PODS = 4;

/**
 * EKS's limit by memory: what it keeps for four pods, and these percents of the memory above 512 MiB, up to so many MiB
 * each. EKS stops at 128 GiB, where its own types have more addresses than that; the last tier is GKE's.
 */
const KEPT_OF_512_MIB = 299;
const LIMIT_TIERS: readonly (readonly [upToMib: number, percent: number])[] = [
  [512, 0],
  [4096, 25],
  [8192, 20],
  [16_384, 10],
  [131_072, 6],
  [Infinity, 2],
];
const LIMIT_FORMULA =
  "(299 MiB + 25% of memoryBytes from 512 MiB up to 4 GiB, 20% up to 8 GiB, 10% up to 16 GiB, 6% up to 128 GiB, 2% beyond - 255 MiB) / 11 MiB";

export function tuneMaxPods(allotment: Allotment, options: Options): Setting {
  const given = optionalNumber(options, "maxPods");
  if (given !== null) return count(given, fromOption("maxPods", given));
  if (isGke(options)) return count(DEFAULT_PODS, { formula: "110", source: GKE });
  const { memoryBytes, network } = allotment;
  const wanted = network ? network.enis * (network.ipv4PerEni - 1) + 2 : DEFAULT_PODS;
  const byNetwork: Reason = {
    formula: network ? "enis * (ipv4PerEni - 1) + 2" : "110",
    inputs: network ? { enis: network.enis, ipv4PerEni: network.ipv4PerEni } : {},
    source: `${NODEADM}/maxpods`,
  };
  const evictionBytes = numberOption(options, "evictionMemory");
  const byMemory = podsKeptBy(limitMib(memoryBytes) * MIB);
  const bearable = podsKeptBy(memoryBytes - evictionBytes);
  if (wanted <= Math.min(byMemory, bearable)) return count(wanted, byNetwork);
  if (byMemory <= bearable)
    return count(byMemory, {
      ...byNetwork,
      formula: `min(${byNetwork.formula}, ${LIMIT_FORMULA})`,
      inputs: { ...byNetwork.inputs, memoryBytes },
      boundBy: "ladder",
    });
  return count(bearable, {
    ...byNetwork,
    formula: `min(${byNetwork.formula}, (memoryBytes - evictionBytes - 255 MiB) / 11 MiB)`,
    inputs: { ...byNetwork.inputs, memoryBytes, evictionBytes },
    boundBy: "ladder",
    note: "what EKS keeps for its number of pods is more than the memory",
  });
}

/** The pods for which EKS keeps so much memory. */
function podsKeptBy(keptBytes: number): number {
  return Math.floor((keptBytes - BASE_MIB * MIB) / (POD_MIB * MIB));
}

/** The most memory that EKS keeps for pods. */
function limitMib(memoryBytes: number): number {
  return (
    KEPT_OF_512_MIB + Math.floor(sumTiers(memoryBytes / MIB, LIMIT_TIERS, (mib, percent) => (mib * percent) / 100))
  );
}
