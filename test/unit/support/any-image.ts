// Arbitrary images and machines for properties: every profile that there is, with options drawn by its own rules.

import fc from "fast-check";
import type { AppConfig, OptionValue } from "../../../agent/config/config.ts";
import type { MachineFacts } from "../../../agent/tuning/allot.ts";
import type { PreparedImage, TunedConfig } from "../../../agent/tuning/compute-tuning.ts";
import type { OptionRule, Profile, Setting } from "../../../agent/tuning/profile/profile.ts";
import { PROFILES } from "../../../agent/tuning/profiles.ts";
import { GIB, MIB } from "./alone.ts";

export function machine(memLimitBytes: number, vcpus: number): MachineFacts {
  const cores = Math.max(1, Math.floor(vcpus / 2));
  const network = { enis: 3, ipv4PerEni: 10 };
  const memory = { memTotalBytes: memLimitBytes, memLimitBytes, hugePagesBytes: 0 };
  const cpus = { vcpus, cores, cpuQuota: null, architecture: "x86_64", numaNodes: 1 };
  return { ...memory, ...cpus, network, disks: [], gpus: 0, fileSystems: null };
}

export function app(name: string, profile: string, change: Partial<AppConfig> = {}): AppConfig {
  const memory = { weight: 1, minBytes: null, maxBytes: null };
  const plain = { optional: false, options: {}, at: { file: "parbake.yaml", line: 3 } };
  return { name, profile, memory, cpu: { weight: 1 }, ...plain, ...change };
}

export function image(...apps: readonly AppConfig[]): TunedConfig {
  return { reserve: { memory: { kind: "tiers" } }, secretsSizeBytes: 0, apps };
}

/** 256 MiB to 32 TiB, the small ones often. */
export const anyMemory = fc.oneof(
  fc.integer({ min: 256 * MIB, max: 4 * GIB }),
  fc.integer({ min: 256 * MIB, max: 64 * GIB }),
  fc.integer({ min: 256 * MIB, max: 2 ** 45 }),
);

/** Single bytes, where roundings show, and as much as there can be. */
export const anyMore = fc.oneof(fc.integer({ min: 0, max: 4096 }), fc.integer({ min: 0, max: GIB }), anyMemory);

export const anyVcpus = fc.oneof(fc.integer({ min: 1, max: 64 }), fc.integer({ min: 1, max: 1024 }));

/** Mostly defaults: an image with every option turned at once is no one's. */
export function anyOptions({ options }: Profile): fc.Arbitrary<AppConfig["options"]> {
  const drawn = Object.entries(options).map(([name, rule]) =>
    fc.option(anyValue(rule), { nil: null, freq: 2 }).map((value) => [name, value] as const),
  );
  return fc
    .tuple(...drawn)
    .map((pairs) => Object.fromEntries(pairs.filter((pair): pair is [string, OptionValue] => pair[1] !== null)));
}

function anyValue({
  kind,
  default: usual,
  choices = [],
  min = 0,
  max = Number.MAX_SAFE_INTEGER,
}: OptionRule): fc.Arbitrary<OptionValue | null> {
  switch (kind) {
    case "boolean":
      return fc.boolean();
    case "choice":
      return fc.constantFrom(...choices);
    case "integer":
    case "size": {
      const middle = typeof usual === "number" ? usual : Math.max(1, min) * 8;
      const number = fc.integer({
        min: Math.max(min, Math.floor(middle / 8)),
        max: Math.min(max, Math.max(min, middle * 4)),
      });
      return kind === "size" ? number.map((bytes) => `${bytes}B`) : number;
    }
    case "text":
      return fc.constant(null);
  }
}

const anyApp = fc.constantFrom(...PROFILES.values()).chain((profile) =>
  fc.record({
    profile: fc.constant(profile.name),
    options: anyOptions(profile),
    weight: fc.option(fc.integer({ min: 1, max: 100 })),
    cpuWeight: fc.integer({ min: 1, max: 100 }),
    minBytes: fc.option(fc.integer({ min: 0, max: GIB })),
    maxBytes: fc.option(fc.integer({ min: 8 * GIB, max: 64 * GIB })),
    optional: fc.boolean(),
  }),
);

export const anyImage = fc
  .record({ apps: fc.array(anyApp, { maxLength: 6 }), secretsSizeBytes: fc.constantFrom(0, MIB) })
  .map(({ apps, secretsSizeBytes }): TunedConfig => ({
    ...image(
      ...apps.map(({ profile, options, weight, cpuWeight, minBytes, maxBytes, optional }, index) =>
        app(`app${index}`, profile, {
          options,
          optional,
          memory: { weight, minBytes, maxBytes },
          cpu: { weight: cpuWeight },
        }),
      ),
    ),
    secretsSizeBytes,
  }));

/** An app that can use so much on each of its CPUs; null: it can always use more. */
interface CappedApp {
  readonly floorBytes: number;
  readonly perCpuBytes: number | null;
  readonly change?: Partial<AppConfig>;
}

/** An image of profiles that no one has written, whose settings are what they have been given. */
export function cappedImage(...capped: readonly CappedApp[]): PreparedImage {
  const apps = capped.map((each, index) => {
    return { app: app(`app${index}`, "capped", each.change), profile: cappedProfile(each), options: {} };
  });
  return { config: image(...apps.map((each) => each.app)), apps, problems: [] };
}

export function cappedProfile({ floorBytes, perCpuBytes }: CappedApp): Profile {
  return {
    name: "capped",
    about: "an app with a cap",
    options: {},
    floorBytes: () => floorBytes,
    capBytes: (_, { vcpus }) => (perCpuBytes === null ? Infinity : Math.max(floorBytes, vcpus * perCpuBytes)),
    usualWeight: 1,
    useful: () => ({}),
    takesMemory: true,
    ladder: [],
    toShrink: "lower nothing",
    tune: ({ memoryBytes, vcpus }) => ({ cache: plainSetting(memoryBytes), workers: plainSetting(vcpus) }),
  };
}

function plainSetting(value: number): Setting {
  const explained = { formula: "given", inputs: { given: value }, source: "a test", boundBy: null, note: null };
  return { value, unit: "count", text: String(value), ...explained };
}

const anyCappedApp = fc
  .record({
    floorBytes: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 2 * GIB })),
    perCpuBytes: fc.option(fc.integer({ min: 0, max: 4 * GIB }), { freq: 3 }),
    weight: fc.option(fc.integer({ min: 1, max: 1000 })),
    cpuWeight: fc.integer({ min: 1, max: 100 }),
    maxBytes: fc.option(fc.integer({ min: 2 * GIB, max: 64 * GIB })),
    optional: fc.boolean(),
  })
  .map(({ floorBytes, perCpuBytes, weight, cpuWeight, maxBytes, optional }): CappedApp => ({
    floorBytes,
    perCpuBytes,
    change: { memory: { weight, minBytes: null, maxBytes }, cpu: { weight: cpuWeight }, optional },
  }));

export const anyCappedImage = fc.array(anyCappedApp, { maxLength: 6 }).map((apps) => cappedImage(...apps));
