import assert from "node:assert/strict";
import fc from "fast-check";
import { computeTuning, tuneAlone } from "../../../../agent/tuning/compute-tuning.ts";
import type { Neighbour, Settings } from "../../../../agent/tuning/profile/profile.ts";
import { kubelet } from "../../../../agent/tuning/system/kubelet.ts";
import type { AppPlan } from "../../../../agent/tuning/tuning.ts";
import { allot, alone, GIB, type Given, MIB, numberOf, texts, tryAlone } from "../../support/alone.ts";
import { app, image, machine as anyMachine } from "../../support/any-image.ts";
import { provePromises } from "../../support/prove-profile.ts";

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
  it("has 110 pods where the type is unknown and the memory large, and EKS' eviction thresholds", () => {
    const settings = alone("kubelet", 8 * GIB, 2);
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
  // nodeadm, GetMaxPodsLimitForMemoryMiB: 299 MiB, 25 % of 512 MiB to 4 GiB, 20 % to 8, 10 % to 16, 6 % to 128, as pods of 11 MiB
  // above 255.
  for (const [memoryMib, pods, reserved] of [
    [399, 4, "299Mi"],
    [512, 4, "299Mi"],
    [1024, 15, "420Mi"],
    [2048, 38, "673Mi"],
    [4096, 85, "1190Mi"],
    [5445, 109, "1454Mi"],
    [5446, 110, "1465Mi"],
  ] as const) {
    it(`has ${pods} pods where the type is unknown and EKS keeps ${reserved} of ${memoryMib} MiB at most`, () => {
      const settings = alone("kubelet", memoryMib * MIB, 2);
      assert.deepEqual(texts(settings, "maxPods", "kubeReservedMemory"), {
        maxPods: String(pods),
        kubeReservedMemory: reserved,
      });
      assert.equal(settings["maxPods"]!.boundBy, pods < 110 ? "ladder" : null);
    });
  }
  it("has no more pods than the memory bears, however many addresses there are", () => {
    assert.equal(onNetwork(4 * GIB, 15, 50)["maxPods"]!.value, 85);
  });
  it("has as many as there are addresses on the types with the most, as EKS has", () => {
    assert.equal(onNetwork(490 * GIB, 16, 64)["maxPods"]!.value, 1010);
  });
  it("keeps room for a larger eviction threshold before pods", () => {
    const { maxPods } = alone("kubelet", 1024 * MIB, 2, { evictionMemory: "700MiB" });
    assert.deepEqual([maxPods!.value, maxPods!.boundBy], [6, "ladder"]);
  });
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
        "systemReserved:",
        "  memory: 0Mi",
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

  // eni-max-pods.txt: 4 on a t3.micro, which aws-node, kube-proxy and two of CoreDNS fill; 8 on a t3a.small, 11 on a t3.small.
  it("is of use from eight pods on", () => {
    const { least } = kubelet.useful({})["maxPods"]!;
    const pods = [onNetwork(GIB, 2, 2), onNetwork(2 * GIB, 2, 4), onNetwork(2 * GIB, 3, 4)].map((settings) =>
      numberOf(settings, "maxPods"),
    );
    assert.deepEqual(pods, [4, 8, 11]);
    assert.deepEqual(
      pods.map((each) => each < least),
      [true, false, false],
    );
  });

  describe("beside other apps", () => {
    function beside(given: Given, neighbours: readonly Neighbour[]): Settings {
      const machine = { memoryBytes: 16 * GIB, vcpus: 4, disks: null, numaNodes: null, gpus: null };
      const result = tuneAlone("kubelet", allot(8 * GIB, 4, { machine, neighbours }), given);
      assert.ok(result.kind === "tuned");
      return result.settings;
    }
    const database = { name: "db", profile: "postgresql", options: {}, memoryBytes: 7 * GIB };

    it("reserves their shares, where Kubernetes' own covers the rest of the machine", () => {
      const settings = beside({ maxPods: 110 }, [database]);
      assert.deepEqual(texts(settings, "systemReservedMemory", "kubeReservedMemory"), {
        systemReservedMemory: "7168Mi",
        kubeReservedMemory: "1465Mi",
      });
    });
    it("reserves what Kubernetes' own leaves uncovered, too", () => {
      const settings = beside({ maxPods: 29 }, [database]);
      assert.deepEqual(texts(settings, "systemReservedMemory", "kubeReservedMemory"), {
        systemReservedMemory: "7618Mi",
        kubeReservedMemory: "574Mi",
      });
      assert.match(settings["conf"]!.text, /^systemReserved:\n {2}memory: 7618Mi$/m);
    });
    it("leaves huge pages to the kubelet, which takes them off by itself", () => {
      const options = { size: null, percent: 50, pageSize: "2MiB", group: null };
      const pages = { name: "pages", profile: "hugepages", options, memoryBytes: 2 * GIB };
      const { systemReservedMemory } = beside({ maxPods: 110 }, [{ ...database, memoryBytes: 5 * GIB }, pages]);
      assert.equal(systemReservedMemory!.text, "6144Mi");
    });
    // setters.go and node_container_manager_linux.go: capacity less kubeReserved, systemReserved and the hard eviction threshold.
    it("lets pods have no more than the share, and no less than it but for what is kept of it", () => {
      const apps = [app("node", "kubelet"), app("db", "postgresql"), app("cache", "redis")];
      for (let memoryBytes = 2 * GIB; memoryBytes < 32 * 1024 * GIB; memoryBytes = Math.floor(memoryBytes * 1.13)) {
        const result = computeTuning(image(...apps), anyMachine(memoryBytes, 4));
        assert.ok(result.kind === "tuned");
        const [{ settings, memoryBytes: shareBytes }] = result.apps as [AppPlan, ...AppPlan[]];
        const keptBytes = numberOf(settings, "kubeReservedMemory");
        const evictionBytes = numberOf(settings, "evictionHardMemory");
        const podBytes = memoryBytes - numberOf(settings, "systemReservedMemory") - keptBytes - evictionBytes;
        assert.ok(podBytes <= shareBytes - evictionBytes, `${podBytes} of ${shareBytes}`);
        assert.ok(podBytes > shareBytes - evictionBytes - keptBytes - MIB, `${podBytes} of ${shareBytes}`);
      }
    });
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
