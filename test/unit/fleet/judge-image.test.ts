import assert from "node:assert/strict";
import type { FleetImage } from "../../../agent/fleet/fleet.ts";
import { findFaults, judgeImage, type FleetLimits, type Standing } from "../../../agent/fleet/judge-image.ts";

const DAY_MS = 86_400_000;
const NOW_MS = 100 * DAY_MS;
const FAMILY = { kind: "tag", label: "web", ownerId: "123456789012", architecture: "arm64" } as const;

/** Made on that day; today is day 100. */
function imageOf(day: number, rest: Partial<FleetImage> = {}): FleetImage {
  return {
    id: `ami-${day}`,
    region: "eu-west-1",
    name: `web-${day}`,
    family: FAMILY,
    createdMs: day * DAY_MS,
    deprecatedMs: null,
    state: "available",
    ...rest,
  };
}

function standingOf(image: FleetImage, ...others: FleetImage[]) {
  return judgeImage(image, [image, ...others], NOW_MS);
}

describe("judgeImage", () => {
  it("tells the age, the newest of the family, and how far the image is behind it", () => {
    const { ageMs, newest, behind, behindMs } = standingOf(imageOf(40), imageOf(90), imageOf(10), imageOf(70));
    assert.deepEqual([ageMs, newest.id, behind, behindMs], [60 * DAY_MS, "ami-90", 2, 50 * DAY_MS]);
  });

  it("takes an image that nothing is newer than for the newest, itself too", () => {
    const { newest, behind, behindMs } = standingOf(imageOf(90), imageOf(10));
    assert.deepEqual([newest.id, behind, behindMs], ["ami-90", 0, 0]);
    assert.equal(judgeImage(imageOf(90), [], NOW_MS).newest.id, "ami-90");
  });

  it("is not behind a release that was taken back, nor one that is not ready", () => {
    const deprecated = imageOf(95, { deprecatedMs: NOW_MS });
    const others = ["pending", "failed", "disabled"].map((state, index) => imageOf(96 + index, { state }));
    assert.equal(standingOf(imageOf(90), deprecated, ...others).behind, 0);
    assert.equal(standingOf(imageOf(90), imageOf(95, { deprecatedMs: NOW_MS + 1 })).behind, 1);
  });

  it("is deprecated from the moment that is set", () => {
    assert.equal(standingOf(imageOf(90, { deprecatedMs: NOW_MS })).isDeprecated, true);
    assert.equal(standingOf(imageOf(90, { deprecatedMs: NOW_MS + 1 })).isDeprecated, false);
    assert.equal(standingOf(imageOf(90)).isDeprecated, false);
  });

  it("has no age below nothing, where the clock here is behind EC2's", () => {
    assert.equal(standingOf(imageOf(101)).ageMs, 0);
  });
});

describe("findFaults", () => {
  const NONE: FleetLimits = { maxAgeMs: null, maxBehind: null, bans: [] };
  const GONE: Standing = { kind: "gone", imageId: "ami-1", region: "eu-west-1" };

  function faultsOf(standing: Standing, limits: Partial<FleetLimits>, launchedDaysAgo = 1): string[] {
    const oldestLaunchMs = NOW_MS - launchedDaysAgo * DAY_MS;
    return findFaults(standing, { ...NONE, ...limits }, { oldestLaunchMs, nowMs: NOW_MS });
  }

  it("allows everything without limits", () => {
    const old = standingOf(imageOf(0, { deprecatedMs: 1 }), imageOf(90));
    assert.deepEqual(faultsOf(old, {}), []);
    assert.deepEqual(faultsOf(GONE, {}), []);
  });

  it("allows what is at a limit, and not what is beyond it", () => {
    const image = standingOf(imageOf(70), imageOf(80), imageOf(90));
    assert.deepEqual(faultsOf(image, { maxAgeMs: 30 * DAY_MS, maxBehind: 2 }), []);
    assert.deepEqual(faultsOf(image, { maxAgeMs: 30 * DAY_MS - 1, maxBehind: 1 }), ["too-old", "too-far-behind"]);
  });

  it("takes an image that is gone for as old as the oldest of its instances at least", () => {
    assert.deepEqual(faultsOf(GONE, { maxAgeMs: 30 * DAY_MS, maxBehind: 0 }, 30), []);
    assert.deepEqual(faultsOf(GONE, { maxAgeMs: 30 * DAY_MS, maxBehind: 0 }, 31), ["too-old"]);
  });

  it("bans what it is told to, each for itself", () => {
    const deprecated = standingOf(imageOf(90, { deprecatedMs: 1 }));
    assert.deepEqual(faultsOf(deprecated, { bans: ["deregistered"] }), []);
    assert.deepEqual(faultsOf(deprecated, { bans: ["deprecated", "deregistered"] }), ["deprecated"]);
    assert.deepEqual(faultsOf(GONE, { bans: ["deprecated"] }), []);
    assert.deepEqual(faultsOf(GONE, { bans: ["deprecated", "deregistered"] }), ["deregistered"]);
    assert.deepEqual(faultsOf(standingOf(imageOf(90)), { bans: ["deprecated", "deregistered"] }), []);
  });
});
