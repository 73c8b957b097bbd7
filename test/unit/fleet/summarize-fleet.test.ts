import assert from "node:assert/strict";
import { FleetCount } from "../../../agent/fleet/count-instances.ts";
import type { FleetInstance } from "../../../agent/fleet/fleet.ts";
import type { FleetLimits, Standing } from "../../../agent/fleet/judge-image.ts";
import { summarizeFleet } from "../../../agent/fleet/summarize-fleet.ts";

function instanceOf(imageId: string, rest: Partial<FleetInstance> = {}): FleetInstance {
  return {
    id: "i-1",
    region: "eu-west-1",
    imageId,
    launchedMs: 1_000,
    lifeCycle: "on-demand",
    state: "running",
    type: "m7g.large",
    availabilityZone: "eu-west-1a",
    autoScalingGroup: null,
    ...rest,
  };
}

function count(...instances: readonly FleetInstance[]): FleetCount {
  const fleet = new FleetCount();
  for (const instance of instances) fleet.add(instance);
  return fleet;
}

describe("FleetCount", () => {
  it("counts by image and region, by life cycle and by group, and keeps the first and the last launch", () => {
    const fleet = count(
      instanceOf("ami-1", { launchedMs: 2_000, autoScalingGroup: "web" }),
      instanceOf("ami-1", { launchedMs: 1_000, lifeCycle: "spot", autoScalingGroup: "web" }),
      instanceOf("ami-1", { launchedMs: 3_000, autoScalingGroup: "__proto__" }),
      instanceOf("ami-1", { region: "us-east-1" }),
      instanceOf("ami-2"),
    );
    assert.equal(fleet.instances, 5);
    const [first, ...others] = fleet.images();
    assert.deepEqual(
      { ...first, autoScalingGroups: Object.entries(first!.autoScalingGroups) },
      {
        region: "eu-west-1",
        imageId: "ami-1",
        instances: 3,
        lifeCycles: { "on-demand": 2, spot: 1 },
        autoScalingGroups: [
          ["__proto__", 1],
          ["web", 2],
        ],
        oldestLaunchMs: 1_000,
        newestLaunchMs: 3_000,
      },
    );
    assert.deepEqual(
      others.map(({ region, imageId, instances }) => [region, imageId, instances]),
      [
        ["us-east-1", "ami-1", 1],
        ["eu-west-1", "ami-2", 1],
      ],
    );
  });
});

describe("summarizeFleet", () => {
  const LIMITS: FleetLimits = { maxAgeMs: null, maxBehind: null, bans: ["deregistered"] };
  const family = { kind: "name", label: "web-*", ownerId: "1", architecture: "arm64" } as const;
  const made: Readonly<Record<string, number>> = { "ami-a": 300, "ami-b": 200, "ami-c": 200 };

  function standingOf(region: string, imageId: string): Standing {
    const createdMs = made[imageId];
    if (createdMs === undefined) return { kind: "gone", imageId, region };
    const image = { id: imageId, region, name: imageId, family, createdMs, deprecatedMs: null, state: "available" };
    return { kind: "known", image, ageMs: 1, newest: image, behind: 0, behindMs: 0, isDeprecated: false };
  }

  it("has the regions in order, in each what is gone first, then the oldest, and counts what is not allowed", () => {
    const here = ["ami-a", "ami-b", "ami-c", "ami-gone", "ami-gone"].map((id) => instanceOf(id));
    const there = instanceOf("ami-a", { region: "ap-south-1" });
    const summary = summarizeFleet(count(...here, there).images(), standingOf, LIMITS, 5_000);
    assert.deepEqual(
      summary.images.map(({ region, imageId, faults }) => [region, imageId, ...faults]),
      [
        ["ap-south-1", "ami-a"],
        ["eu-west-1", "ami-gone", "deregistered"],
        ["eu-west-1", "ami-b"],
        ["eu-west-1", "ami-c"],
        ["eu-west-1", "ami-a"],
      ],
    );
    assert.deepEqual([summary.takenAtMs, summary.instances, summary.outdated], [5_000, 6, 2]);
  });
});
