import assert from "node:assert/strict";
import fc from "fast-check";
import { tuneAlone } from "../../../../agent/tuning/compute-tuning.ts";
import { ecsAgent } from "../../../../agent/tuning/system/ecs-agent.ts";
import { allot, alone, GIB, MIB, numberOf, texts, tryAlone } from "../../support/alone.ts";
import { provePromises } from "../../support/prove-profile.ts";

describe("ecs-agent", () => {
  // AWS Batch: 32 MiB in its image, 5 % advised.
  for (const [memoryMib, reserved, tasks] of [
    [512, "32", "480"],
    [1024, "52", "972"],
    [8192, "410", "7782"],
    [65_536, "3277", "62259"],
  ] as const)
    it(`keeps ${reserved} of ${memoryMib} MiB from the tasks of an instance of its own`, () => {
      const settings = alone("ecs-agent", memoryMib * MIB, 4);
      assert.deepEqual(texts(settings, "ECS_RESERVED_MEMORY", "tasksMemory"), {
        ECS_RESERVED_MEMORY: reserved,
        tasksMemory: tasks,
      });
    });

  it("keeps what other apps and the reserve have, which the agent knows nothing of", () => {
    const machine = { memoryBytes: 16 * GIB, vcpus: 4, disks: null, numaNodes: null, gpus: null };
    const neighbour = { name: "db", profile: "redis", options: {}, memoryBytes: 4 * GIB };
    const tuned = (memoryBytes: number) => {
      const result = tuneAlone("ecs-agent", allot(memoryBytes, 4, { machine, neighbours: [neighbour] }), {});
      assert.ok(result.kind === "tuned");
      return texts(result.settings, "ECS_RESERVED_MEMORY", "tasksMemory");
    };
    // 1 GiB is the system's, which is more than 5 % of 12 GiB.
    assert.deepEqual(tuned(11 * GIB), { ECS_RESERVED_MEMORY: "5120", tasksMemory: "11264" });
    // Nothing is: 5 % of 12 GiB, 614.4 MiB, beside the neighbour's 4 GiB.
    assert.deepEqual(tuned(12 * GIB), { ECS_RESERVED_MEMORY: "4711", tasksMemory: "11673" });
  });
  it("keeps no more than the agent's 16 bits can say, and says so", () => {
    const { ECS_RESERVED_MEMORY: reserved } = alone("ecs-agent", 2048 * GIB, 128);
    assert.deepEqual([reserved!.text, reserved!.boundBy], ["65535", "cap"]);
    assert.match(reserved!.note!, /^the agent reads no larger number/);
  });
  it("takes what is asked for", () => {
    const { ECS_RESERVED_MEMORY: reserved } = alone("ecs-agent", 8 * GIB, 2, { reserved: "1GiB" });
    assert.deepEqual([reserved!.text, reserved!.boundBy], ["1024", "user"]);
    assert.equal(alone("ecs-agent", 8 * GIB, 2, { reserved: "0B" })["tasksMemory"]!.text, "8192");
  });
  it("does not fit below 128 MiB, and always has a use for more", () => {
    assert.equal(tryAlone("ecs-agent", 128 * MIB - 1, 1), null);
    assert.equal(ecsAgent.capBytes({}, { vcpus: 4, cores: 2, architecture: "x86_64" }), Infinity);
  });

  provePromises({
    profile: "ecs-agent",
    given: fc.constant({}),
    worstBytes: (settings) => numberOf(settings, "tasksMemory"),
  });
});
