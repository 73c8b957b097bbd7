import assert from "node:assert/strict";
import fc from "fast-check";
import { tuneAlone } from "../../../agent/tuning/compute-tuning.ts";
import type { Settings } from "../../../agent/tuning/setting.ts";
import { allot, alone, GIB, type Given, MIB, numberOf, texts, tryAlone } from "./alone.ts";
import { provePromises } from "./prove-profile.ts";

function onNetwork(memoryBytes: number, enis: number, ipv4PerEni: number, given: Given = {}): Settings {
  const machine = allot(memoryBytes, 2, { network: { enis, ipv4PerEni } });
  const result = tuneAlone("kubelet", machine, given);
  assert.ok(result.kind === "tuned");
  return result.settings;
}

describe("kubelet", () => {
  // nodeadm's and bottlerocket's own: pods of a type, and what they cost.
  for (const [type, memoryMib, enis, ipv4PerEni, pods, reserved] of [
    ["t3.nano", 416, 2, 2, "4", "299Mi"],
    ["t3.small", 1900, 3, 4, "11", "376Mi"],
    ["m5.large", 7600, 3, 10, "29", "574Mi"],
    ["m5.4xlarge", 63_000, 8, 30, "234", "2829Mi"],
    ["m5.24xlarge", 380_000, 15, 50, "737", "8362Mi"],
  ] as const) {
    it(`has ${pods} pods on a ${type}`, () =>
      assert.deepEqual(texts(onNetwork(memoryMib * MIB, enis, ipv4PerEni), "maxPods", "kubeReservedMemory"), {
        maxPods: pods,
        kubeReservedMemory: reserved,
      }));
  }
  for (const [maxPods, reserved] of [
    [29, 601_882_624],
    [44, 774_897_664],
    [58, 936_378_368],
    [110, 1_536_163_840],
  ] as const) {
    it(`keeps 255 MiB and 11 for each of ${maxPods} pods`, () =>
      assert.equal(alone("kubelet", 8 * GIB, 2, { maxPods })["kubeReservedMemory"]!.value, reserved));
  }
  for (const [vcpus, millicores] of [
    [1, "60m"],
    [2, "70m"],
    [3, "75m"],
    [4, "80m"],
    [5, "82m"],
    [6, "85m"],
    [47, "187m"],
    [48, "190m"],
  ] as const) {
    it(`keeps ${millicores} of ${vcpus} CPUs`, () =>
      assert.equal(alone("kubelet", 8 * GIB, vcpus)["kubeReservedCpu"]!.text, millicores));
  }
  it("has 110 pods where the type is unknown, and EKS' eviction thresholds", () => {
    const settings = alone("kubelet", 4 * GIB, 2);
    assert.deepEqual(
      texts(
        settings,
        "maxPods",
        "kubeReservedMemory",
        "kubeReservedStorage",
        "evictionHardMemory",
        "evictionHardNodefs",
        "evictionHardInodes",
      ),
      {
        maxPods: "110",
        kubeReservedMemory: "1465Mi",
        kubeReservedStorage: "1Gi",
        evictionHardMemory: "100Mi",
        evictionHardNodefs: "10%",
        evictionHardInodes: "5%",
      },
    );
  });
  it("takes the pods that are asked for over the network's", () => {
    const { maxPods } = onNetwork(8 * GIB, 3, 10, { maxPods: 17 });
    assert.deepEqual([maxPods!.value, maxPods!.boundBy], [17, "user"]);
    assert.equal(tryAlone("kubelet", GIB, 2, { maxPods: 110 }), null);
  });
  for (const [memoryMib, pods] of [
    [399, 4],
    [410, 5],
    [1024, 60],
    [1564, 109],
    [1565, 110],
  ] as const) {
    it(`has ${pods} pods of 110 where ${memoryMib} MiB cannot keep more`, () => {
      const { maxPods } = alone("kubelet", memoryMib * MIB, 2);
      assert.deepEqual([maxPods!.value, maxPods!.boundBy], [pods, pods < 110 ? "ladder" : null]);
    });
  }
  it("does not fit below 399 MiB", () => assert.equal(tryAlone("kubelet", 399 * MIB - 1, 2), null));

  // GKE: 25 % of 4 GiB, 20 % to 8, 10 % to 16, 6 % to 128, 2 % beyond; 9.8577 GiB of 150 with the 100 MiB for eviction.
  for (const [memoryMib, reserved] of [
    [355, "255Mi"],
    [1020, "255Mi"],
    [1024, "256Mi"],
    [4 * 1024, "1024Mi"],
    [8 * 1024, "1843Mi"],
    [16 * 1024, "2662Mi"],
    [128 * 1024, "9543Mi"],
    [150 * 1024, "9994Mi"],
  ] as const) {
    it(`keeps ${reserved} of ${memoryMib} MiB in GKE's style`, () => {
      const settings = alone("kubelet", memoryMib * MIB, 2, { style: "gke" });
      assert.deepEqual(texts(settings, "maxPods", "kubeReservedMemory"), {
        maxPods: "110",
        kubeReservedMemory: reserved,
      });
    });
  }
  it("keeps no more than eviction leaves, in GKE's style", () => {
    const { kubeReservedMemory } = alone("kubelet", 1027 * MIB, 2, { style: "gke", evictionMemory: "772MiB" });
    assert.deepEqual([kubeReservedMemory!.text, kubeReservedMemory!.boundBy], ["255Mi", "share"]);
  });
  it("writes a file of the kubelet's config folder", () => {
    assert.equal(
      onNetwork(8 * GIB, 3, 10)["conf"]!.value,
      [
        "apiVersion: kubelet.config.k8s.io/v1beta1",
        "kind: KubeletConfiguration",
        "maxPods: 29",
        "kubeReserved:",
        "  cpu: 70m",
        "  ephemeral-storage: 1Gi",
        "  memory: 574Mi",
        "evictionHard:",
        "  memory.available: 100Mi",
        "  nodefs.available: 10%",
        "  nodefs.inodesFree: 5%",
      ].join("\n"),
    );
  });

  provePromises({
    profile: "kubelet",
    given: fc.record(
      {
        style: fc.constantFrom("eks", "gke"),
        maxPods: fc.integer({ min: 1, max: 1000 }),
        evictionMemory: fc.integer({ min: MIB, max: GIB }),
      },
      { requiredKeys: [] },
    ),
    worstBytes: (settings) => numberOf(settings, "kubeReservedMemory") + numberOf(settings, "evictionHardMemory"),
  });
});
