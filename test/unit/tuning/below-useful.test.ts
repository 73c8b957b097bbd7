import assert from "node:assert/strict";
import type { AppConfig } from "../../../agent/config/config.ts";
import { listBelowUseful } from "../../../agent/tuning/below-useful.ts";
import { tuneImage } from "../../../agent/tuning/compute-tuning.ts";
import type { BelowUseful, Profile, Useful } from "../../../agent/tuning/profile/profile.ts";
import { allot, GIB, MIB } from "../support/alone.ts";
import { app, cappedProfile, image, machine } from "../support/any-image.ts";

const HOTSPOT: Useful = { least: 128 * MIB, because: "HotSpot itself starts with 128 MiB", instead: "lower threads" };

/** A cache of all the memory, and a worker for each CPU. */
function profile(useful: Record<string, Useful>, change: Partial<Profile> = {}): Profile {
  return { ...cappedProfile({ floorBytes: 0, perCpuBytes: null }), useful: () => useful, ...change };
}

function find(one: Profile, memoryBytes: number, vcpus = 2): readonly BelowUseful[] {
  const allotment = allot(memoryBytes, vcpus);
  return listBelowUseful(one, allotment, {}, one.tune(allotment, {}), "give it more memory");
}

describe("what an expert would not sign", () => {
  it("is a value below what the profile calls useful, with the reason and what would help", () => {
    const [below] = find(profile({ cache: HOTSPOT }), 64 * MIB);
    assert.deepEqual(below, {
      setting: "cache",
      got: "67108864",
      least: 128 * MIB,
      because: "HotSpot itself starts with 128 MiB",
      fix: "Give it more memory, or lower threads.",
    });
  });
  it("is nothing from that value on", () => {
    assert.deepEqual(find(profile({ cache: HOTSPOT }), 128 * MIB), []);
    assert.equal(find(profile({ cache: HOTSPOT }), 128 * MIB - 1).length, 1);
  });
  it("is shown as people write it where it is memory", () => {
    const tune: Profile["tune"] = ({ memoryBytes }) => {
      const { cache, ...others } = cappedProfile({ floorBytes: 0, perCpuBytes: null }).tune(allot(memoryBytes, 1), {});
      return { ...others, cache: { ...cache!, unit: "bytes" } };
    };
    assert.equal(find(profile({ cache: HOTSPOT }, { tune }), 64 * MIB)[0]!.got, "64 MiB");
  });
  it("is not told of a value that an option gave", () => {
    const tune: Profile["tune"] = (allotment, options) => {
      const settings = cappedProfile({ floorBytes: 0, perCpuBytes: null }).tune(allotment, options);
      return { ...settings, cache: { ...settings["cache"]!, boundBy: "user" } };
    };
    assert.deepEqual(find(profile({ cache: HOTSPOT }, { tune }), 64 * MIB), []);
  });
  it("does not advise memory where the app would be given no more, or needs CPUs", () => {
    const small = profile({ cache: HOTSPOT }, { capBytes: () => 100 * MIB });
    assert.equal(find(small, 64 * MIB)[0]!.fix, "Lower threads.");
    const workers = profile({ workers: { least: 4, because: "a worker may be busy for long" } });
    assert.equal(find(workers, GIB)[0]!.fix, "Pick a type with more CPUs.");
  });
});

describe("the advice of an image's apps", () => {
  const fixOf = (
    change: Partial<AppConfig>,
    others: number,
    { takesMemory = true, optionalBytes = 0 } = {},
  ): string => {
    const one = profile({ cache: { least: 32 * GIB, because: "so it is" } }, { takesMemory });
    const apps = [app("api", "capped", change), ...Array.from({ length: others }, (_, index) => app(`b${index}`, "b"))];
    const resolved = apps.map((declared, index) => ({
      app: { ...declared, optional: optionalBytes > 0 && index > 0 },
      profile: index === 0 ? one : cappedProfile({ floorBytes: optionalBytes, perCpuBytes: null }),
      options: {},
    }));
    const result = tuneImage({ config: image(...apps), apps: resolved, problems: [] }, machine(16 * GIB, 2));
    assert.ok(result.kind === "tuned");
    const [below] = result.apps[0]!.belowUseful;
    assert.deepEqual(below!.at, { file: "parbake.yaml", line: 3 });
    return below!.fix;
  };

  it("is what is in its way: the other apps, its own memory.max, or the machine", () => {
    assert.equal(fixOf({}, 1), "Give api more memory (memory.weight, memory.min, or a larger instance type).");
    const max = { memory: { weight: 1, minBytes: null, maxBytes: GIB } };
    assert.equal(fixOf(max, 1), "Raise memory.max of api.");
    assert.equal(fixOf(max, 0), "Raise memory.max of api.");
    assert.equal(fixOf({}, 0), "Pick a larger instance type.");
    assert.equal(fixOf({}, 1, { takesMemory: false }), "Pick a larger instance type.");
    const advice = "Give api more memory (memory.min or a larger instance type).";
    assert.equal(fixOf({}, 1, { optionalBytes: 64 * GIB }), advice);
  });
});
