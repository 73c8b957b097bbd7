// The kubelet: as many pods as the instance type has addresses for, and what it must keep from them, as EKS or GKE reckons.

import { bytes, count, text, type Reason } from "./build-setting.ts";
import { optionalNumber, numberOption, textOption } from "./read-option.ts";
import type { Allotment, OptionRule, Options, Profile, Setting, Settings } from "./setting.ts";
import { GIB, MIB } from "./size.ts";

const NODEADM = "awslabs/amazon-eks-ami, nodeadm/internal/kubelet";
const GKE = "cloud.google.com/kubernetes-engine, plan-node-sizes";

/** EKS: the kubelet, containerd and the system's own, and then what each pod costs them. */
const BASE_MIB = 255;
const POD_MIB = 11;

/** Kubernetes' own default, for a type whose network is not known. */
const DEFAULT_PODS = 110;
/** What the smallest types have addresses for. */
const LEAST_PODS = 4;

/** GKE: of the memory up to so many GiB, so many hundredths. */
const GKE_TIERS: readonly (readonly [upToGib: number, percent: number])[] = [
  [4, 25],
  [8, 20],
  [16, 10],
  [128, 6],
  [Infinity, 2],
];
/** GKE: below 1 GiB, and by its tiers from there. */
const GKE_LEAST_MIB = 255;

/** Of the CPUs up to so many, so many millicores each in tenths: 60 for the first, 2.5 for each beyond the fourth. */
const CPU_TIERS: readonly (readonly [upToCpus: number, tenthsOfMillicores: number])[] = [
  [1, 600],
  [2, 100],
  [4, 50],
  [Infinity, 25],
];

const OPTIONS: Readonly<Record<string, OptionRule>> = {
  style: { kind: "choice", default: "eks", choices: ["eks", "gke"], about: "whose rule for what is kept from pods" },
  maxPods: {
    kind: "integer",
    default: null,
    min: 1,
    max: 10_000,
    about: "by the instance type's network, else 110, and down to 4 where memory is short, if not given",
  },
  evictionMemory: {
    kind: "size",
    default: 100 * MIB,
    min: MIB,
    max: 64 * GIB,
    about: "free memory below which pods are evicted",
  },
};

export const kubelet: Profile = {
  name: "kubelet",
  about: "a Kubernetes node: the kubelet and its pods together",
  options: OPTIONS,
  takesMemory: true,
  usualWeight: 1,
  useful: () => ({}),
  needsNetwork: true,
  ladder: ["maxPods"],
  toShrink: "lower the options maxPods or evictionMemory",
  floorBytes(options) {
    const pods = optionalNumber(options, "maxPods") ?? LEAST_PODS;
    const reservedMib = isGke(options) ? GKE_LEAST_MIB : BASE_MIB + POD_MIB * pods;
    return reservedMib * MIB + numberOption(options, "evictionMemory");
  },
  capBytes: () => Infinity,
  tune(allotment, options) {
    const maxPods = tuneMaxPods(allotment, options);
    const settings = {
      maxPods,
      kubeReservedMemory: tuneReservedMemory(allotment, options, Number(maxPods.value)),
      kubeReservedCpu: tuneReservedCpu(allotment),
      kubeReservedStorage: bytes(GIB, "1Gi", { formula: "1 GiB", source: NODEADM }),
      evictionHardMemory: tuneEviction(numberOption(options, "evictionMemory")),
      evictionHardNodefs: text("10%", { formula: "10%", source: NODEADM }),
      evictionHardInodes: text("5%", { formula: "5%", source: NODEADM }),
    };
    return { ...settings, conf: writeConf(settings) };
  },
};

function tuneMaxPods({ memoryBytes, network }: Allotment, options: Options): Setting {
  const given = optionalNumber(options, "maxPods");
  if (given !== null)
    return count(given, { formula: "maxPods", inputs: { maxPods: given }, source: "the option", boundBy: "user" });
  if (isGke(options)) return count(DEFAULT_PODS, { formula: "110", source: GKE });
  const wanted = network ? network.enis * (network.ipv4PerEni - 1) + 2 : DEFAULT_PODS;
  const byNetwork: Reason = {
    formula: network ? "enis * (ipv4PerEni - 1) + 2" : "110",
    inputs: network ? { enis: network.enis, ipv4PerEni: network.ipv4PerEni } : {},
    source: `${NODEADM}/eni_max_pods.go`,
  };
  const evictionBytes = numberOption(options, "evictionMemory");
  const bearable = Math.floor((memoryBytes - evictionBytes - BASE_MIB * MIB) / (POD_MIB * MIB));
  if (wanted <= bearable) return count(wanted, byNetwork);
  return count(bearable, {
    ...byNetwork,
    formula: `min(${byNetwork.formula}, (memoryBytes - evictionBytes - 255 MiB) / 11 MiB)`,
    inputs: { ...byNetwork.inputs, memoryBytes, evictionBytes },
    boundBy: "ladder",
    note: "what EKS keeps for its number of pods is more than the memory",
  });
}

function tuneReservedMemory({ memoryBytes }: Allotment, options: Options, maxPods: number): Setting {
  if (!isGke(options))
    return mebibytes(BASE_MIB + POD_MIB * maxPods, {
      formula: "255 MiB + 11 MiB * maxPods",
      inputs: { maxPods },
      source: `${NODEADM}/config.go`,
    });
  const tieredMib = Math.floor(sumTiers(memoryBytes / GIB, GKE_TIERS, (gib, percent) => (gib * 1024 * percent) / 100));
  const why: Reason = {
    formula: "25% of memoryBytes up to 4 GiB, 20% up to 8 GiB, 10% up to 16 GiB, 6% up to 128 GiB, 2% beyond",
    inputs: { memoryBytes },
    source: GKE,
  };
  const bearableMib = Math.floor((memoryBytes - numberOption(options, "evictionMemory")) / MIB);
  if (tieredMib > bearableMib)
    return mebibytes(bearableMib, {
      ...why,
      boundBy: "share",
      note: "what GKE keeps and what it leaves free for eviction are together more than the memory",
    });
  return mebibytes(Math.max(GKE_LEAST_MIB, tieredMib), {
    ...why,
    boundBy: tieredMib < GKE_LEAST_MIB ? "floor" : null,
  });
}

// Rounded down in each tier, as nodeadm does.
function tuneReservedCpu({ vcpus }: Allotment): Setting {
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

function sumTiers(
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

function tuneEviction(evictionBytes: number): Setting {
  const mib = Math.floor(evictionBytes / MIB);
  if (evictionBytes === OPTIONS["evictionMemory"]!.default)
    return mebibytes(mib, { formula: "100 MiB", source: NODEADM });
  return mebibytes(mib, { formula: "evictionBytes", inputs: { evictionBytes }, source: "the option", boundBy: "user" });
}

function mebibytes(mib: number, why: Reason): Setting {
  return bytes(mib * MIB, `${mib}Mi`, why);
}

function isGke(options: Options): boolean {
  return textOption(options, "style") === "gke";
}

function writeConf(settings: Settings): Setting {
  const textOf = (name: string): string => settings[name]!.text;
  const lines = [
    "apiVersion: kubelet.config.k8s.io/v1beta1",
    "kind: KubeletConfiguration",
    `maxPods: ${textOf("maxPods")}`,
    "kubeReserved:",
    `  cpu: ${textOf("kubeReservedCpu")}`,
    `  ephemeral-storage: ${textOf("kubeReservedStorage")}`,
    `  memory: ${textOf("kubeReservedMemory")}`,
    "evictionHard:",
    `  memory.available: ${textOf("evictionHardMemory")}`,
    `  nodefs.available: ${textOf("evictionHardNodefs")}`,
    `  nodefs.inodesFree: ${textOf("evictionHardInodes")}`,
  ];
  return text(lines.join("\n"), {
    formula: "all of the above as a file of kubelet's --config-dir",
    source: "kubernetes.io, kubelet-config-file",
  });
}
