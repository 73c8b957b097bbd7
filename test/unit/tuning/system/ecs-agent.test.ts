import assert from "node:assert/strict";
import fc from "fast-check";
import { computeTuning, tuneAlone } from "../../../../agent/tuning/compute-tuning.ts";
import type { Setting } from "../../../../agent/tuning/profile/profile.ts";
import { ecsAgent } from "../../../../agent/tuning/system/ecs-agent.ts";
import { allot, alone, GIB, MIB, numberOf, tryAlone } from "../../support/alone.ts";
import { app, image, machine } from "../../support/any-image.ts";
import { provePromises } from "../../support/prove-profile.ts";

function reserve(machineBytes: number, shareBytes: number, neighbourBytes: number): Setting {
  const whole = { memoryBytes: machineBytes, vcpus: 4, disks: null, numaNodes: null, gpus: null };
  const neighbour = { name: "db", profile: "redis", options: {}, memoryBytes: neighbourBytes };
  const tuned = tuneAlone("ecs-agent", allot(shareBytes, 4, { machine: whole, neighbours: [neighbour] }), {});
  assert.ok(tuned.kind === "tuned");
  return tuned.settings["ECS_RESERVED_MEMORY"]!;
}

describe("ecs-agent", () => {
  // AWS Batch: 32 MiB in its image, 5 % advised.
  for (const [memoryMib, reserved] of [
    [512, "32"],
    [1024, "52"],
    [8192, "410"],
    [65_536, "3277"],
  ] as const)
    it(`keeps ${reserved} of ${memoryMib} MiB from the tasks of an instance of its own`, () => {
      assert.equal(alone("ecs-agent", memoryMib * MIB, 4)["ECS_RESERVED_MEMORY"]!.text, reserved);
    });

  it("keeps what other apps and the reserve have, which the agent knows nothing of", () => {
    // 1 GiB is the system's, which is more than 5 % of 12 GiB.
    assert.equal(reserve(16 * GIB, 11 * GIB, 4 * GIB).text, "5120");
    // Nothing is: 5 % of 12 GiB, 614.4 MiB, beside the neighbour's 4 GiB.
    assert.equal(reserve(16 * GIB, 12 * GIB, 4 * GIB).text, "4711");
  });
  it("leaves tasks no more than the app's share, as the agent counts: in whole MiB of the machine", () => {
    const bytes = fc.integer({ min: 128 * MIB, max: 16 * GIB });
    fc.assert(
      fc.property(bytes, bytes, bytes, (shareBytes, neighbourBytes, systemBytes) => {
        const machineBytes = shareBytes + neighbourBytes + systemBytes;
        const reservedMib = Number(reserve(machineBytes, shareBytes, neighbourBytes).text);
        assert.ok(Math.floor(machineBytes / MIB) - reservedMib <= shareBytes / MIB);
      }),
    );
  });
  it("keeps no more than the agent's 16 bits can say, and says so", () => {
    const { ECS_RESERVED_MEMORY: reserved } = alone("ecs-agent", 2048 * GIB, 128);
    assert.deepEqual([reserved!.text, reserved!.boundBy], ["65535", "cap"]);
    assert.match(reserved!.note!, /^the agent reads no larger number/);
  });
  it("takes what is asked for", () => {
    const { ECS_RESERVED_MEMORY: reserved } = alone("ecs-agent", 8 * GIB, 2, { reserved: "1GiB" });
    assert.deepEqual([reserved!.text, reserved!.boundBy], ["1024", "user"]);
    assert.equal(alone("ecs-agent", 8 * GIB, 2, { reserved: "0B" })["ECS_RESERVED_MEMORY"]!.text, "0");
  });
  it("does not fit where what is asked for leaves no small task of the machine", () => {
    const tune = (reserved: string, memoryBytes: number) => tryAlone("ecs-agent", memoryBytes, 2, { reserved });
    assert.equal(tune("300GiB", 8 * GIB), null);
    assert.equal(tune("8GiB", 8 * GIB + 96 * MIB - 1), null);
    assert.equal(tune("8GiB", 8 * GIB + 96 * MIB)?.["ECS_RESERVED_MEMORY"]!.text, "8192");
  });
  it("may reserve what a neighbour has, and is refused where the machine has less", () => {
    const agent = app("agent", "ecs-agent", { options: { reserved: "1536MiB" } });
    const db = app("db", "redis", { memory: { weight: 1, minBytes: GIB, maxBytes: null } });
    assert.equal(computeTuning(image(agent, db), machine(2 * GIB, 2)).kind, "tuned");
    const refused = computeTuning(image(agent, db), machine(1536 * MIB, 2));
    assert.ok(refused.kind === "impossible");
    const what =
      "agent needs a machine of at least 1.6 GiB (reserved keeps 1.5 GiB from its tasks), but this one has 1.5 GiB";
    const fix = "Pick a larger instance type, or lower the option reserved.";
    assert.deepEqual(refused.ofMachine, [{ what, fix, at: agent.at }]);
    assert.deepEqual(refused.problems, refused.ofMachine);
  });
  it("is left out where it is optional, and named with all else that does not fit where it is not", () => {
    const agent = app("agent", "ecs-agent", { options: { reserved: "40GiB" } });
    const tuned = computeTuning(image({ ...agent, optional: true }, app("web", "nginx")), machine(8 * GIB, 2));
    assert.ok(tuned.kind === "tuned");
    assert.deepEqual(tuned.budget.leftOut, ["agent"]);
    const db = app("db", "redis", { memory: { weight: 1, minBytes: 9 * GIB, maxBytes: null } });
    const refused = computeTuning(image(agent, db), machine(8 * GIB, 2));
    assert.ok(refused.kind === "impossible");
    assert.equal(refused.ofMachine.length, 2);
    assert.match(refused.ofMachine[0]!.what, /^the apps need at least 9\.1 GiB /);
    assert.match(refused.ofMachine[1]!.what, /^agent needs a machine of at least 40\.1 GiB /);
  });
  it("does not fit below 128 MiB, and always has a use for more", () => {
    assert.equal(tryAlone("ecs-agent", 128 * MIB - 1, 1), null);
    assert.equal(ecsAgent.capBytes({}, { vcpus: 4, cores: 2, architecture: "x86_64" }), Infinity);
  });

  provePromises({
    profile: "ecs-agent",
    given: fc.constant({}),
    // The machine is the share here, and what is reserved is a part of it.
    worstBytes: (settings) => numberOf(settings, "ECS_RESERVED_MEMORY"),
  });
});
