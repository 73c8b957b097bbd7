// Tunes a kubelet: as many pods as the network has addresses and the memory has room for, and what the node keeps from them
// for itself, by EKS's or GKE's rule, and for the other apps of the machine.

import { GIB, MIB } from "../../size.ts";
import { bytes, fromOption, text } from "../profile/build-setting.ts";
import type { OptionRules, Profile, Setting } from "../profile/profile.ts";
import { numberOption, optionalNumber } from "../profile/read-option.ts";
import { LEAST_PODS, tuneMaxPods } from "./kubelet-pods.ts";
import { leastReservedBytes, mebibytes, NODEADM, tuneReservedCpu, tuneReservedMemory } from "./kubelet-reserve.ts";
import { tuneSystemReserved } from "./kubelet-system.ts";

/** Twice aws-node, kube-proxy and two of CoreDNS: with fewer pods, a node carries little but the cluster itself. */
const USEFUL_PODS = 8;

const OPTIONS = {
  style: {
    kind: "choice",
    default: "eks",
    choices: ["eks", "gke"],
    about: "whose rule says what the node keeps from pods",
  },
  maxPods: {
    kind: "integer",
    default: null,
    min: 1,
    max: 10_000,
    about: "by the instance type's network, else 110, and by the memory where that is less, if not given",
  },
  evictionMemory: {
    kind: "size",
    default: 100 * MIB,
    min: MIB,
    max: 64 * GIB,
    about: "free memory below which the kubelet evicts pods",
  },
} satisfies OptionRules;

export const kubelet: Profile = {
  name: "kubelet",
  about: "a Kubernetes node: the kubelet and its pods together",
  options: OPTIONS,
  takesMemory: true,
  notEnforced: "the kubelet keeps its pods to their share itself (enforceNodeAllocatable), outside of its own unit",
  // The node is there for its pods.
  usualWeight: 1,
  useful: () => ({
    maxPods: {
      least: USEFUL_PODS,
      because: "aws-node, kube-proxy and CoreDNS alone are four pods",
      instead: "pick a type with more addresses",
    },
  }),
  needsNetwork: true,
  ladder: ["maxPods"],
  toShrink: "lower the options maxPods or evictionMemory",
  floorBytes(options) {
    const pods = optionalNumber(options, "maxPods") ?? LEAST_PODS;
    return leastReservedBytes(options, pods) + numberOption(options, "evictionMemory");
  },
  capBytes: () => Infinity,
  tune(allotment, options) {
    const maxPods = tuneMaxPods(allotment, options);
    const kubeReservedMemory = tuneReservedMemory(allotment, options, Number(maxPods.value));
    const settings = {
      maxPods,
      systemReservedMemory: tuneSystemReserved(allotment, Number(kubeReservedMemory.value)),
      kubeReservedMemory,
      kubeReservedCpu: tuneReservedCpu(allotment),
      kubeReservedStorage: bytes(GIB, "1Gi", { formula: "1 GiB", source: NODEADM }),
      evictionHardMemory: tuneEviction(numberOption(options, "evictionMemory")),
      evictionHardNodefs: text("10%", { formula: "10%", source: NODEADM }),
      evictionHardInodes: text("5%", { formula: "5%", source: NODEADM }),
    };
    return { ...settings, conf: writeConf(settings) };
  },
};

function tuneEviction(evictionBytes: number): Setting {
  const mib = Math.floor(evictionBytes / MIB);
  if (evictionBytes === OPTIONS.evictionMemory.default) return mebibytes(mib, { formula: "100 MiB", source: NODEADM });
  return mebibytes(mib, fromOption("evictionBytes", evictionBytes));
}

type ConfSettings = Readonly<
  Record<
    | "maxPods"
    | "systemReservedMemory"
    | "kubeReservedMemory"
    | "kubeReservedCpu"
    | "kubeReservedStorage"
    | "evictionHardMemory"
    | "evictionHardNodefs"
    | "evictionHardInodes",
    Setting
  >
>;

function writeConf(settings: ConfSettings): Setting {
  const lines = [
    "apiVersion: kubelet.config.k8s.io/v1beta1",
    "kind: KubeletConfiguration",
    `maxPods: ${settings.maxPods.text}`,
    "systemReserved:",
    `  memory: ${settings.systemReservedMemory.text}`,
    "kubeReserved:",
    `  cpu: ${settings.kubeReservedCpu.text}`,
    `  ephemeral-storage: ${settings.kubeReservedStorage.text}`,
    `  memory: ${settings.kubeReservedMemory.text}`,
    "evictionHard:",
    `  memory.available: ${settings.evictionHardMemory.text}`,
    `  nodefs.available: ${settings.evictionHardNodefs.text}`,
    `  nodefs.inodesFree: ${settings.evictionHardInodes.text}`,
  ];
  return text(lines.join("\n"), {
    formula: "all of the above as a file of kubelet's --config-dir",
    source: "kubernetes.io, kubelet-config-file",
  });
}
