import assert from "node:assert/strict";
import fc from "fast-check";
import type { AppConfig } from "../../../agent/config/config.ts";
import type { Allotment, Options, Profile, Setting, Settings } from "../../../agent/tuning/profile/profile.ts";
import { PROFILES } from "../../../agent/tuning/profiles.ts";
import { resolveOptions } from "../../../agent/tuning/resolve-options.ts";
import { allot, alone, GIB, MIB, written } from "../support/alone.ts";
import { anyOptions } from "../support/any-image.ts";
import { calculate } from "../support/read-formula.ts";

/** Formulas that are words: nothing is calculated, or more than a line can say. */
const WORDS: readonly RegExp[] = [
  /^constant$/,
  /^the option \w+$/,
  /^the (server's (own|default)|default of \w+)$/,
  /^what the server's classes take$/,
  /^of a dedicated server$/,
  /^by (\w+, )*\w+( and \w+)?$/,
  /^(all of the above|all but the heap|the two above|the queries' limits|the schedulers and their waiting) as (flags|arguments)$/,
  /^(all of the above|the three above|nr_hugepages) as a (drop-in|file of .*)$/,
  /^the variables, one a line$/,
  /^memoryBytes in MiB$/,
  /^all of the above as a bootstrap$/,
];

/** Formulas with a condition or a list in words, by setting. */
const HALF_WORDS = new Set([
  "kubelet.kubeReservedCpu",
  "postgresql.jit",
  "puma.workers",
  "redis.client_output_buffer_limit",
  "systemd.CPUQuota",
  "valkey.client_output_buffer_limit",
]);

/** How a formula says, after a comma, who wants it so. */
const WHO = /, (?:as no app asks: the kernel keeps its own|asked for by apps)$/;

/** How a formula says, after a comma, that it is rounded coarsely. */
const ROUNDED = /[,;] (?:rounded (?:up|down to 2 digits)|16 MiB from 14 MiB up)$/;

const MEMORIES = [0, 384 * MIB, GIB / 2, GIB, 3 * GIB + 12_345, 16 * GIB, 300 * GIB];

function assertAsShown(name: string, { value, unit, formula, inputs, boundBy }: Setting): void {
  if (boundBy === "user" || WORDS.some((words) => words.test(formula)) || HALF_WORDS.has(name)) return;
  const plain = formula.replace(WHO, "");
  if (plain === value) return;
  const given = calculate(plain.replace(ROUNDED, ""), inputs);
  assert.notEqual(given, null, `${name} has a formula that is words: '${formula}'`);
  const shown = `${name} = ${value} [${boundBy}], and '${formula}' of ${JSON.stringify(inputs)} gives ${given}`;
  if (typeof given === "string" || typeof value === "boolean") return assert.equal(value, given, shown);
  const leeway = leewayFor(given!, unit, ROUNDED.test(formula));
  // The number stands in a text: `4096 131072 16777216`, `10%`.
  const numbers = typeof value === "number" ? [value] : value.split(" ").map(Number);
  assert.ok(
    numbers.some((number) => Math.abs(number - given!) <= leeway),
    shown,
  );
}

/** Sizes are rounded to a MiB, or to a part of themselves that nobody misses; counts to a whole one. */
function leewayFor(given: number, unit: Setting["unit"], isRounded: boolean): number {
  if (isRounded) return Math.max(1, given / 10);
  return unit === "bytes" ? Math.max(MIB, given / 128) : Math.max(1, given / 4096);
}

/** The machine for itself, and one with an app of every other profile. */
function machines(profile: Profile, memoryBytes: number, vcpus: number): readonly Allotment[] {
  const neighbours = [...PROFILES.values()]
    .filter(({ name }) => name !== profile.name)
    .map((other) => ({
      name: `my-${other.name}`,
      profile: other.name,
      options: usualOptions(other),
      memoryBytes: GIB,
    }));
  const wholeBytes = memoryBytes + (neighbours.length + 1) * GIB;
  const shared = { memoryBytes: wholeBytes, vcpus, disks: null, numaNodes: 2, gpus: 1 };
  return [
    allot(memoryBytes, vcpus, { network: { enis: 3, ipv4PerEni: 10 } }),
    allot(memoryBytes, vcpus, { dataDiskBytes: 8 * GIB, machine: shared, neighbours }),
  ];
}

function usualOptions(profile: Profile): Options {
  const resolved = resolveOptions(profile, {});
  return resolved.kind === "refused" ? {} : resolved.options;
}

function tunings(profile: Profile, given: AppConfig["options"], memories: readonly number[]): readonly Settings[] {
  const resolved = resolveOptions(profile, written(profile.name, given));
  if (resolved.kind === "refused") return [];
  const floorBytes = profile.floorBytes(resolved.options);
  return memories.flatMap((memory) =>
    [1, 4, 48].flatMap((vcpus) =>
      machines(profile, Math.max(memory, floorBytes), vcpus).map((each) => profile.tune(each, resolved.options)),
    ),
  );
}

describe("what is shown of a value is what it was computed by", () => {
  it("is read as a person reads it", () => {
    const inputs = { memoryBytes: 4 * GIB, vcpus: 6, mode: "web" };
    assert.equal(calculate("min(memoryBytes / 4, 512 MiB) + 1 KiB * 2", inputs), 536_872_960);
    assert.equal(calculate("vcpus < 4 ? 1 : min(vcpus * 3 / 4, 8)", inputs), 4.5);
    assert.equal(calculate("clamp(memoryBytes * 75%, 1 GiB, 2 GiB)", inputs), 2_147_483_648);
    assert.equal(calculate("vcpus > 4 ? gthread : sync", inputs), "gthread");
    assert.equal(calculate("mode", inputs), "web");
    assert.equal(calculate("try if memoryBytes >= 2 GiB and vcpus < 6, else OFF", inputs), "OFF");
    assert.equal(calculate("max(25% of memoryBytes from 512 MiB up to 1 GiB, 10% beyond, 1)", inputs), 456_340_275.2);
    assert.equal(calculate("powerOfTwo(vcpus)", inputs), 4);
    assert.equal(calculate("memoryBytes / 3, in whole 16 MiB", inputs), 1_426_063_360);
    assert.equal(calculate("2 + (vcpus - 1) * 2", inputs), 12);
    for (const words of ["by mode", "memoryBytes, of the machine", "heapBytes / 2", "min(vcpus", ""])
      assert.equal(calculate(words, inputs), null, words);
  });

  for (const profile of PROFILES.values())
    it(`by ${profile.name}, with any options, from its floor to 300 GiB`, () => {
      const check = (given: AppConfig["options"], memories: readonly number[]): void => {
        for (const settings of tunings(profile, given, memories))
          for (const [name, setting] of Object.entries(settings)) assertAsShown(`${profile.name}.${name}`, setting);
      };
      check({}, MEMORIES);
      const memories = fc.array(fc.integer({ min: 0, max: 16 * GIB }), { minLength: 1, maxLength: 4 });
      fc.assert(
        fc.property(anyOptions(profile), memories, (given, some) => check(given, [0, ...some, 300 * GIB])),
        { numRuns: 40 },
      );
    });
});

/** More than the largest instance has. */
const PLENTY_BYTES = 2 ** 45;

describe("what is said to have bound a value", () => {
  for (const profile of PROFILES.values())
    it(`of ${profile.name} is what bound it: more memory changes what the share held, and nothing that a cap did`, () => {
      const options = usualOptions(profile);
      const tune = (memoryBytes: number, vcpus: number): Settings =>
        profile.tune(allot(Math.max(memoryBytes, profile.floorBytes(options)), vcpus), options);
      for (const memoryBytes of MEMORIES)
        for (const vcpus of [1, 4, 48]) {
          const plenty = tune(PLENTY_BYTES, vcpus);
          for (const [name, { text, boundBy }] of Object.entries(tune(memoryBytes, vcpus))) {
            const shown = `${name} = ${text} [${boundBy}], and ${plenty[name]!.text} with plenty of memory`;
            assert.notEqual(boundBy, "user", shown);
            if (boundBy === "share" || boundBy === "ladder") assert.notEqual(plenty[name]!.text, text, shown);
            if (boundBy === "cap") assert.equal(plenty[name]!.text, text, shown);
          }
        }
    });
  it("is the option where threads or connections that were asked for hold another value", () => {
    const { node_processors } = alone("elasticsearch", 8 * GIB, 8, { threads: 64 });
    assert.deepEqual([node_processors!.value, node_processors!.boundBy], [1, "user"]);
    const { nbthread } = alone("haproxy", 8 * GIB, 64, { maxconn: 1000 });
    assert.deepEqual([nbthread!.value, nbthread!.boundBy], [8, "user"]);
  });
});
