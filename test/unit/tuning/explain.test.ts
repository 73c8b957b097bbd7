import assert from "node:assert/strict";
import { computeTuning } from "../../../agent/tuning/compute-tuning.ts";
import { explainShare, findLevers, formatInput, substitute } from "../../../agent/tuning/explain.ts";
import type { Profile, Setting } from "../../../agent/tuning/profile/profile.ts";
import { allot, GIB, MIB } from "../support/alone.ts";
import { app, image, machine } from "../support/any-image.ts";

const setting: Setting = {
  value: 1,
  unit: "bytes",
  text: "1",
  formula: "memoryBytes / 4 - threads * stackBytes, of memory",
  inputs: { memoryBytes: 4 * GIB, threads: 250, stackBytes: MIB },
  source: "a test",
  boundBy: null,
  note: null,
};

describe("a formula", () => {
  it("is shown with its numbers, memory as people write it, and words left alone", () => {
    assert.equal(substitute(setting), "4 GiB / 4 - 250 * 1 MiB, of memory");
  });
  it("takes no name for a number that only begins like it", () => {
    assert.equal(substitute({ formula: "threads * threadStack", inputs: { threads: 3 } }), "3 * threadStack");
  });
  it("has numbers that are no memory as they are", () => {
    assert.equal(formatInput("connections", 2048), "2048");
    assert.equal(formatInput("workload", "web"), "web");
  });
});

describe("the explanation of a share", () => {
  it("goes from the machine's memory down to the app", () => {
    const config = {
      ...image(
        app("db", "postgresql", { memory: { weight: 3, minBytes: GIB, maxBytes: 4 * GIB } }),
        app("pages", "hugepages", { options: { size: "1GiB" } }),
      ),
      secretsSizeBytes: 64 * MIB,
    };
    const facts = { ...machine(16 * GIB, 4), hugePagesBytes: 0 };
    const result = computeTuning(config, facts);
    assert.ok(result.kind === "tuned");
    const share = explainShare(config, facts, result.budget, result.demands, result.apps[0]!);
    assert.deepEqual(share, {
      memTotalBytes: 16 * GIB,
      memLimitBytes: 16 * GIB,
      reserve: { kind: "tiers" },
      reserveBytes: 907_311_840,
      hugePagesBytes: 0,
      secretsBytes: 64 * MIB,
      availableBytes: 16_205_448_480,
      floorBytes: GIB,
      capBytes: 4 * GIB,
      capBy: "config",
      weight: 3,
      weightBy: "config",
      weights: 4,
      partBytes: 12_154_086_360,
      spare: [
        { app: "db", memoryBytes: 12_154_086_360 - 4 * GIB },
        { app: "pages", memoryBytes: 4_051_362_120 - GIB },
      ],
      gained: [],
      unallocatedBytes: 16_205_448_480 - 5 * GIB,
      unallocatedReason: "caps",
      shareBytes: 4 * GIB,
      boundBy: "cap",
      vcpus: 4,
    });
  });
  it("tells the profile's usual weight and its cap from those that the config gives", () => {
    const memory = { weight: null, minBytes: null, maxBytes: null };
    const config = image(app("web", "nginx", { memory }), app("pages", "hugepages", { options: { size: "1GiB" } }));
    const facts = machine(16 * GIB, 4);
    const result = computeTuning(config, facts);
    assert.ok(result.kind === "tuned");
    const share = explainShare(config, facts, result.budget, result.demands, result.apps[0]!);
    assert.deepEqual([share!.weightBy, share!.capBy], ["profile", "profile"]);
    const pages = explainShare(config, facts, result.budget, result.demands, result.apps[1]!);
    assert.deepEqual([pages!.floorBytes, pages!.capBytes, pages!.boundBy], [GIB, GIB, "cap"]);
  });
  it("adds weights up as people do", () => {
    const weighing = (name: string, weight: number) =>
      app(name, "postgresql", { memory: { weight, minBytes: null, maxBytes: null } });
    const config = image(weighing("a", 0.1), weighing("b", 0.2));
    const result = computeTuning(config, machine(16 * GIB, 4));
    assert.ok(result.kind === "tuned");
    const share = explainShare(config, machine(16 * GIB, 4), result.budget, result.demands, result.apps[0]!);
    assert.equal(share!.weights, 0.3);
  });
  it("has no part by weight where an app is left out", () => {
    const config = image(
      app("db", "postgresql"),
      app("pages", "hugepages", { options: { size: "6GiB" }, optional: true }),
    );
    const facts = machine(4 * GIB, 4);
    const result = computeTuning(config, facts);
    assert.ok(result.kind === "tuned");
    const share = explainShare(config, facts, result.budget, result.demands, result.apps[0]!);
    assert.deepEqual([share!.partBytes, share!.unallocatedReason], [null, "left out"]);
  });
  it("is absent for an app that takes no memory", () => {
    const config = image(app("kernel", "sysctl"));
    const result = computeTuning(config, machine(GIB, 1));
    assert.ok(result.kind === "tuned");
    assert.equal(explainShare(config, machine(GIB, 1), result.budget, result.demands, result.apps[0]!), null);
  });
});

describe("what would change a setting", () => {
  const profile: Profile = {
    name: "app",
    about: "an app",
    takesMemory: true,
    usualWeight: 1,
    useful: () => ({}),
    ladder: [],
    toShrink: "nothing",
    options: {
      threads: { kind: "integer", default: 10, min: 1, max: 100, about: "threads" },
      cache: { kind: "size", default: null, min: MIB, about: "the cache" },
      mode: { kind: "choice", default: "plain", choices: ["plain", "double"], about: "the mode" },
      strict: { kind: "boolean", default: false, about: "strictness" },
      never: { kind: "choice", default: "a", choices: ["a", "b"], about: "refused in any other way" },
    },
    checkOptions: ({ never }) => (never === "a" ? [] : [{ what: "no", fix: "Don't." }]),
    floorBytes: ({ threads }) => Number(threads) * MIB,
    capBytes: () => Infinity,
    tune({ memoryBytes, vcpus }, { threads, mode, never, cache }) {
      const heapMib = memoryBytes / MIB - Number(threads) * (mode === "double" ? 2 : 1) - Number(cache ?? 0) / MIB;
      return {
        heap: { ...setting, text: `${heapMib}m${never === "a" ? "" : "!"}` },
        workers: { ...setting, text: String(vcpus) },
        fixed: { ...setting, text: "7" },
      };
    },
  };
  const allotment = allot(100 * MIB, 2);
  const options = { threads: 10, cache: null, mode: "plain", strict: false, never: "a" };
  const leversOf = (name: string) => findLevers(profile, allotment, options, name);

  it("is found by changing each option that may be changed, and no other", () => {
    assert.deepEqual(leversOf("heap").options, [
      { name: "threads", kind: "integer", value: 10, about: "threads" },
      { name: "cache", kind: "size", value: null, about: "the cache" },
      { name: "mode", kind: "choice", value: "plain", about: "the mode" },
    ]);
    assert.equal(leversOf("heap").withTwiceTheMemory, "190m");
    assert.equal(leversOf("heap").withTwiceTheCpus, null);
  });
  it("is the CPUs where only they count", () => {
    assert.deepEqual(leversOf("workers"), { options: [], withTwiceTheMemory: null, withTwiceTheCpus: "4" });
  });
  it("is nothing for a constant", () => {
    assert.deepEqual(leversOf("fixed"), { options: [], withTwiceTheMemory: null, withTwiceTheCpus: null });
  });
});
