import assert from "node:assert/strict";
import fc from "fast-check";
import type { OptionValue } from "../../../agent/config/config.ts";
import { readCatalogue } from "../../../agent/facts/catalogue/catalogue.ts";
import type { Facts } from "../../../agent/facts/facts.ts";
import { predictFacts } from "../../../agent/facts/predict-facts.ts";
import type { MachineFacts } from "../../../agent/tuning/allot.ts";
import {
  computeTuning,
  type PreparedImage,
  prepareImage,
  type TunedConfig,
  tuneImage,
  type Tuned,
} from "../../../agent/tuning/compute-tuning.ts";
import { fillByWeight } from "../../../agent/tuning/fill-by-weight.ts";
import { listDegraded } from "../../../agent/tuning/profile/degraded.ts";
import type { Allotment, OptionRule, Options, Profile, Settings } from "../../../agent/tuning/profile/profile.ts";
import { PROFILES } from "../../../agent/tuning/profiles.ts";
import { resolveOptions } from "../../../agent/tuning/resolve-options.ts";
import { allot as allotAlone, GIB, MIB, written } from "../support/alone.ts";
import {
  anyCappedImage,
  anyImage,
  anyMemory,
  anyMore,
  anyOptions,
  anyVcpus,
  app,
  cappedImage,
  image,
  machine,
} from "../support/any-image.ts";

const TIB = 1024 * GIB;

/** Numbers of which a larger machine may have less, each with its reason. */
const PER_PROCESS = "per process or connection: with more CPUs there are more of them to share the same memory";
const COVERED = "what is kept for Kubernetes itself covers more of it with every pod, of which a larger type has more";
const MAY_FALL_WITH_CPUS: Readonly<Record<string, string>> = {
  "kubelet.systemReservedMemory": COVERED,
  "node.maxOldSpaceSize": PER_PROCESS,
};
const OPTIONAL_ASKS = "the strictest that an app asks for: an optional app that has found room asks, too";
const MAY_FALL_WITH_MEMORY: Readonly<Record<string, string>> = {
  "sysctl.vm_swappiness": OPTIONAL_ASKS,
  "sysctl.thp_max_ptes_none": OPTIONAL_ASKS,
  "kubelet.systemReservedMemory": COVERED,
};

/** Options of a setting's name that are the least of it, not its value. */
const LEAST_OF_IT = new Set(["elasticsearch.pageCache", "opensearch.pageCache", "kafka.pageCache"]);

function assertNoLess(
  profile: string,
  before: Settings,
  after: Settings,
  exceptions: Readonly<Record<string, string>>,
): void {
  for (const [name, { value: less }] of Object.entries(before)) {
    const more = after[name]?.value;
    if (typeof less !== "number" || Object.hasOwn(exceptions, `${profile}.${name}`)) continue;
    assert.ok(typeof more === "number" && more >= less, `${profile}.${name} falls from ${less} to ${more}`);
  }
}

/**
 * Two machines, the second at least as large in every respect. Memory that an app had because its neighbours could not use
 * it is theirs again where more CPUs let them; what its own weight gives it is never taken.
 */
function assertImageNoLess(
  prepared: PreparedImage,
  small: MachineFacts,
  large: MachineFacts,
  exceptions: Readonly<Record<string, string>>,
): void {
  const [before, after] = [tuneImage(prepared, small), tuneImage(prepared, large)];
  if (before.kind === "impossible") return;
  assert.ok(after.kind === "tuned", "the larger machine is refused");
  for (const smaller of before.apps) {
    const larger = after.apps.find(({ name }) => name === smaller.name);
    assert.ok(larger, `${smaller.name} is left out on the larger machine`);
    assert.ok(larger.vcpus >= smaller.vcpus, `${smaller.name}'s CPUs fall`);
    if (larger.memoryBytes >= smaller.memoryBytes)
      assertNoLess(smaller.profile, smaller.settings, larger.settings, exceptions);
    else {
      assert.ok(large.vcpus > small.vcpus, `${smaller.name}'s share falls with the same CPUs`);
      const partBytes = partByWeight(before, smaller.name);
      assert.ok(larger.memoryBytes >= partBytes, `${smaller.name} has less than its weight gives it`);
    }
  }
}

/** What an app would have if every app could use all that it is given. */
function partByWeight({ budget, demands }: Tuned, name: string): number {
  const uncapped = demands.map((demand) => ({ ...demand, capBytes: Infinity }));
  return fillByWeight(budget.availableBytes, uncapped)[demands.findIndex((demand) => demand.name === name)]!;
}

function assertSum(config: TunedConfig, facts: MachineFacts): void {
  const result = computeTuning(config, facts);
  if (result.kind === "impossible") return assert.ok(result.problems.length > 0);
  const { availableBytes, reservedBytes, unallocatedBytes } = result.budget;
  const given = result.apps.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0);
  assert.equal(availableBytes + reservedBytes, facts.memLimitBytes);
  assert.equal(given + unallocatedBytes, availableBytes);
  assert.ok(unallocatedBytes >= 0);
  for (const { settings } of result.apps) assertSound(settings);
}

function assertSound(settings: Settings): void {
  for (const [name, { value, text, formula, source }] of Object.entries(settings)) {
    assert.doesNotMatch(text, /NaN|Infinity|undefined|\bnull\b|\de\+\d/, name);
    if (typeof value === "number") assert.ok(Number.isFinite(value) && value >= 0, `${name} is ${value}`);
    assert.ok(formula !== "" && source !== "", `${name} is not explained`);
  }
}

describe("every image on every machine", () => {
  const runs = { numRuns: 400 };

  it("is tuned within the memory or refused, with sound numbers either way", () => {
    fc.assert(
      fc.property(anyImage, anyMemory, anyVcpus, (config, memory, cpus) => assertSum(config, machine(memory, cpus))),
      runs,
    );
  });
  it("gives no app less of anything with more memory, not even where an optional app comes in", () => {
    fc.assert(
      fc.property(anyImage, anyMemory, anyMore, anyVcpus, (config, memory, more, cpus) => {
        const larger = Math.min(memory + more, 32 * TIB);
        assertImageNoLess(prepareImage(config), machine(memory, cpus), machine(larger, cpus), MAY_FALL_WITH_MEMORY);
      }),
      runs,
    );
  });
  it("takes nothing from an app with more CPUs but what others can use again, and never from its part by weight", () => {
    fc.assert(
      fc.property(anyImage, anyMemory, anyVcpus, fc.integer({ min: 0, max: 64 }), (config, memory, cpus, more) => {
        const larger = Math.min(cpus + more, 1024);
        assertImageNoLess(prepareImage(config), machine(memory, cpus), machine(memory, larger), MAY_FALL_WITH_CPUS);
      }),
      runs,
    );
  });
  it("gives no other app more memory when one weight rises", () => {
    fc.assert(
      fc.property(anyImage, anyMemory, anyVcpus, fc.nat(5), (config, memory, cpus, pick) => {
        const before = computeTuning(config, machine(memory, cpus));
        if (before.kind === "impossible" || config.apps.length === 0) return;
        const chosen = config.apps[pick % config.apps.length]!.name;
        const heavier = config.apps.map((each) => {
          const weight = each.memory.weight ?? PROFILES.get(each.profile)!.usualWeight;
          return each.name === chosen ? { ...each, memory: { ...each.memory, weight: weight + 1 } } : each;
        });
        const after = computeTuning({ ...config, apps: heavier }, machine(memory, cpus));
        assert.ok(after.kind === "tuned");
        before.apps.forEach(({ name, memoryBytes }, index) =>
          assert.ok(name === chosen || after.apps[index]!.memoryBytes <= memoryBytes),
        );
      }),
      runs,
    );
  });
  it("is the same bytes for the same input, and does not change its input", () => {
    fc.assert(
      fc.property(anyImage, anyMemory, anyVcpus, (config, memory, cpus) => {
        const before = JSON.stringify(config);
        const [first, second] = [0, 1].map(() => JSON.stringify(computeTuning(config, machine(memory, cpus))));
        assert.equal(first, second);
        assert.equal(JSON.stringify(config), before);
      }),
      { numRuns: 100 },
    );
  });
});

describe("every image of apps whose caps rise with their CPUs", () => {
  const runs = { numRuns: 1000 };

  it("is divided within the memory, and what is spare is what others gained or the page cache has", () => {
    fc.assert(
      fc.property(anyCappedImage, anyMemory, anyVcpus, (prepared, memory, cpus) => {
        const result = tuneImage(prepared, machine(memory, cpus));
        if (result.kind === "impossible" || prepared.apps.length === 0) return;
        const { availableBytes, unallocatedBytes, unallocatedReason, spare, gained, leftOut } = result.budget;
        const given = sumBytes(result.apps);
        assert.equal(given + unallocatedBytes, availableBytes);
        assert.ok(unallocatedBytes >= 0);
        if (leftOut.length > 0) return assert.deepEqual([spare, gained, unallocatedReason], [[], [], "left out"]);
        // Each share is rounded down by less than a byte.
        const lost = sumBytes(spare) - sumBytes(gained) - unallocatedBytes;
        assert.ok(Math.abs(lost) <= prepared.apps.length, `${lost} bytes came from nowhere`);
        if (unallocatedReason === null) assert.ok(unallocatedBytes < prepared.apps.length);
      }),
      runs,
    );
  });
  it("gives each app its part by weight, or all that it can use", () => {
    fc.assert(
      fc.property(anyCappedImage, anyMemory, anyVcpus, (prepared, memory, cpus) => {
        const result = tuneImage(prepared, machine(memory, cpus));
        if (result.kind === "impossible" || result.budget.leftOut.length > 0) return;
        for (const { name, memoryBytes } of result.apps) {
          const { capBytes } = result.demands.find((demand) => demand.name === name)!;
          assert.ok(memoryBytes >= Math.min(capBytes, partByWeight(result, name)), name);
        }
      }),
      runs,
    );
  });
  it("gives no app less of anything with more memory", () => {
    fc.assert(
      fc.property(anyCappedImage, anyMemory, anyMore, anyVcpus, (prepared, memory, more, cpus) => {
        const larger = Math.min(memory + more, 32 * TIB);
        assertImageNoLess(prepared, machine(memory, cpus), machine(larger, cpus), {});
      }),
      runs,
    );
  });
  it("takes nothing from an app with more CPUs but what others can use again, and never from its part by weight", () => {
    fc.assert(
      fc.property(
        anyCappedImage,
        anyMemory,
        anyVcpus,
        fc.integer({ min: 0, max: 64 }),
        (prepared, memory, cpus, more) =>
          assertImageNoLess(prepared, machine(memory, cpus), machine(memory, Math.min(cpus + more, 1024)), {}),
      ),
      runs,
    );
  });
  it("does take such memory back: a worker for each CPU", () => {
    const prepared = cappedImage({ floorBytes: 0, perCpuBytes: 512 * MIB }, { floorBytes: 0, perCpuBytes: null });
    const shares = [1, 4, 16].map((cpus) => {
      const result = tuneImage(prepared, machine(4 * GIB, cpus));
      assert.ok(result.kind === "tuned");
      return result.apps.map(({ memoryBytes }) => Math.floor(memoryBytes / MIB));
    });
    assert.deepEqual(shares, [
      [512, 3210],
      [1861, 1861],
      [1861, 1861],
    ]);
  });
});

describe("every instance type of the catalogue", function () {
  // A thousand types, and all profiles on each.
  this.timeout(180_000);
  const types = [...readCatalogue().rows.values()].map(predictFacts);
  const images: Readonly<Record<string, TunedConfig>> = {
    "a database, a JVM and nginx": image(
      app("db", "postgresql", { memory: { weight: 3, minBytes: 512 * MIB, maxBytes: null } }),
      app("api", "jvm", { memory: { weight: 2, minBytes: null, maxBytes: 31 * GIB } }),
      app("web", "nginx"),
    ),
    "Node with an optional JVM": image(
      app("web", "node", { options: { cluster: true } }),
      app("kernel", "sysctl"),
      app("search", "jvm", { optional: true, cpu: { weight: 4 } }),
    ),
    "every profile": image(...[...PROFILES.keys()].map((name) => app(`the-${name}`, name))),
  };
  for (const [title, config] of Object.entries(images)) {
    it(`holds ${title} within its memory, or says why not`, () => {
      for (const facts of types) assertSum(config, facts);
    });
    it(`gives ${title} no less than a smaller type does, but for what more CPUs let others use again`, () => {
      const prepared = prepareImage(config);
      for (const [small, large] of largerPairs(types)) {
        const exceptions = small.vcpus === large.vcpus ? MAY_FALL_WITH_MEMORY : MAY_FALL_WITH_CPUS;
        assertImageNoLess(prepared, small, large, exceptions);
      }
    });
  }
});

function sumBytes(amounts: readonly { readonly memoryBytes: number }[]): number {
  return amounts.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0);
}

/** Each type with the next larger ones of the same and of more CPUs, which makes chains from the smallest to the largest. */
function largerPairs(types: readonly Facts[]): [Facts, Facts][] {
  const sorted = types.toSorted((a, b) => a.memLimitBytes - b.memLimitBytes || a.vcpus - b.vcpus);
  const pairs: [Facts, Facts][] = [];
  sorted.forEach((small, index) => {
    const larger = sorted.slice(index + 1).filter((large) => large.vcpus >= small.vcpus && isNoSmaller(small, large));
    const same = larger.find(
      ({ vcpus, memLimitBytes }) => vcpus === small.vcpus && memLimitBytes > small.memLimitBytes,
    );
    const more = larger.find(({ vcpus }) => vcpus > small.vcpus);
    for (const large of [same, more]) if (large) pairs.push([small, large]);
  });
  return pairs;
}

function isNoSmaller(small: Facts, large: Facts): boolean {
  const [before, after] = [small.network, large.network];
  const network =
    before === null || after === null || (after.enis >= before.enis && after.ipv4PerEni >= before.ipv4PerEni);
  return large.cores >= small.cores && large.architecture === small.architecture && network;
}

for (const profile of PROFILES.values()) {
  describe(`the profile ${profile.name}`, () => {
    const runs = { numRuns: 200 };
    const anySetting = anyOptions(profile).map((given) => resolve(profile, given));
    const allot = (memoryBytes: number, vcpus: number): Allotment =>
      allotAlone(memoryBytes, vcpus, { network: { enis: 3, ipv4PerEni: 10 } });

    it("has a floor, and a cap that is no less", () => {
      fc.assert(
        fc.property(anySetting, (options) => {
          if (options === null) return;
          const [floorBytes, capBytes] = [profile.floorBytes(options), profile.capBytes(options, allot(GIB, 4))];
          assert.ok(Number.isSafeInteger(floorBytes) && floorBytes >= 0, `floor ${floorBytes}`);
          assert.ok(capBytes === Infinity || Number.isSafeInteger(capBytes), `cap ${capBytes}`);
          assert.ok(capBytes >= floorBytes, `cap ${capBytes} below floor ${floorBytes}`);
        }),
        runs,
      );
    });
    it("gives nothing up where it has all that it can use", () => {
      fc.assert(
        fc.property(anySetting, anyVcpus, (options, cpus) => {
          if (options === null || !profile.takesMemory) return;
          const capBytes = profile.capBytes(options, allot(GIB, cpus));
          if (capBytes === Infinity) return;
          const most = allot(capBytes, cpus);
          assert.deepEqual(listDegraded(profile, most, options, profile.tune(most, options)), [], `cap ${capBytes}`);
        }),
        runs,
      );
    });
    it("gives no less of anything with more memory, from its floor to 32 TiB", () => {
      fc.assert(
        fc.property(anySetting, anyMemory, anyMore, anyVcpus, fc.boolean(), (options, memory, more, cpus, atFloor) => {
          if (options === null) return;
          const floorBytes = profile.floorBytes(options);
          const lessBytes = atFloor ? floorBytes : Math.max(floorBytes, memory);
          const moreBytes = Math.max(lessBytes, Math.min(lessBytes + more, 32 * TIB));
          const [before, after] = [lessBytes, moreBytes].map((bytes) => profile.tune(allot(bytes, cpus), options));
          assertSound(before!);
          assertNoLess(profile.name, before!, after!, MAY_FALL_WITH_MEMORY);
        }),
        runs,
      );
    });
    it("gives no less with more CPUs, up to 1,024", () => {
      fc.assert(
        fc.property(anySetting, anyMemory, anyVcpus, fc.integer({ min: 0, max: 64 }), (options, memory, cpus, more) => {
          if (options === null) return;
          const bytes = Math.max(profile.floorBytes(options), memory);
          const [before, after] = [cpus, Math.min(cpus + more, 1024)].map((vcpus) =>
            profile.tune(allot(bytes, vcpus), options),
          );
          assertNoLess(profile.name, before!, after!, MAY_FALL_WITH_CPUS);
        }),
        runs,
      );
    });
    it("has settings whose names templates can say, the same on every machine", () => {
      const options = resolve(profile, {});
      if (options === null) return;
      const sizes = [allot(Math.max(256 * MIB, profile.floorBytes(options)), 1), allot(32 * TIB, 1024)];
      const [small, large] = sizes.map((allotment) => Object.keys(profile.tune(allotment, options)));
      assert.deepEqual(large, small);
      for (const name of small!) assert.match(name, /^[a-zA-Z_]\w*$/);
    });
    it("takes what the operator says, and says so", () => {
      for (const [name, value] of ownValues(profile)) {
        const options = resolve(profile, { [name]: value });
        if (options === null) continue;
        const setting = profile.tune(allot(Math.max(64 * GIB, profile.floorBytes(options)), 8), options)[name];
        if (!setting) continue;
        if (LEAST_OF_IT.has(`${profile.name}.${name}`))
          assert.ok(setting.value >= value, `${name} is ${setting.value}`);
        else assert.deepEqual([name, setting.value, setting.boundBy], [name, value, "user"]);
      }
    });
    it("gives the number of each name in its formulas", () => {
      const options = resolve(profile, {});
      if (options === null) return;
      const settings = profile.tune(allot(Math.max(64 * GIB, profile.floorBytes(options)), 8), options);
      for (const [name, { formula, inputs }] of Object.entries(settings)) {
        const missing = namesIn(formula).filter((input) => !Object.hasOwn(inputs, input));
        assert.deepEqual([name, formula, missing], [name, formula, []]);
      }
    });
  });
}

/** What reads as a variable and not as a word: memoryBytes, max_connections, vcpus. */
function namesIn(formula: string): string[] {
  return formula.match(/\b(?:[a-z]+[A-Z]\w*|[a-z]+_\w+|vcpus|cores)\b/g) ?? [];
}

/** Null: these options contradict each other. */
function resolve(profile: Profile, given: Parameters<typeof resolveOptions>[1]): Options | null {
  const resolved = resolveOptions(profile, written(profile.name, given));
  return resolved.kind === "resolved" ? resolved.options : null;
}

/** A value of its own for each option that is a setting, too. */
function ownValues({ options }: Profile): [string, OptionValue][] {
  return Object.entries(options).flatMap(([name, rule]) => {
    const value = ownValue(rule);
    return value === null ? [] : [[name, value] as [string, OptionValue]];
  });
}

function ownValue({ kind, default: usual, choices = [], min = 0, max = Infinity }: OptionRule): OptionValue | null {
  switch (kind) {
    case "integer":
      return typeof usual === "number" && usual < max ? usual + 1 : Math.max(min, 1);
    case "size":
      return Math.min(max, Math.ceil(Math.max(min, 64 * MIB) / MIB) * MIB);
    case "boolean":
      return usual !== true;
    case "choice":
      return choices.find((choice) => choice !== usual) ?? null;
    case "text":
      return null;
  }
}
