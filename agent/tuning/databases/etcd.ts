// Tunes etcd: the quota of its database, which it maps into memory, and the Go runtime's limits beside it.

import { GIB, MIB, TIB } from "../../size.ts";
import { byGiven, bytes } from "../profile/build-setting.ts";
import { joinEnvironment } from "../profile/environment.ts";
import type { OptionRules, Options, Profile, Setting } from "../profile/profile.ts";
import { numberOption, optionalNumber } from "../profile/read-option.ts";
import { go, tuneRuntime } from "../runtimes/go.ts";

/** OpenShift plans with four times the quota; so do etcd's typical 8 GB for its default of 2 GiB. */
const MEMORY_FOR_QUOTA = 4;
const SOURCE = "docs.redhat.com, OpenShift, etcd, control plane memory sizing; etcd.io, hardware recommendations";

/** MaxQuotaBytes of server/storage/quota.go: etcd warns of a larger one. */
const MOST_QUOTA_BYTES = 8 * GIB;

/** The runtime beside the mapped file. Without clients etcd has 5 MiB of its own (measured, 3.4); the rest is for watchers. */
const LEAST_RUNTIME_BYTES = 64 * MIB;

/** The smallest cluster of etcd's hardware recommendations stores no more. */
const USEFUL_QUOTA_BYTES = 100_000_000;

const OPTIONS = {
  ...go.options,
  quota: {
    kind: "size",
    default: null,
    min: MIB,
    max: TIB,
    about: "--quota-backend-bytes; a quarter of the memory, 8 GiB at most, if not given. The same on all members",
  },
} satisfies OptionRules;

export const etcd: Profile = {
  name: "etcd",
  about: "an etcd member",
  options: OPTIONS,
  takesMemory: true,
  readsPageCache: true,
  usualWeight: 1,
  useful: () => ({
    ETCD_QUOTA_BACKEND_BYTES: {
      least: USEFUL_QUOTA_BYTES,
      because: "the smallest cluster of etcd's hardware recommendations stores up to 100 MB",
    },
  }),
  ladder: [],
  toShrink: "lower the option quota",
  floorBytes(options) {
    const runtimeBytes = Math.ceil((LEAST_RUNTIME_BYTES * 100) / numberOption(options, "limitPercent"));
    const given = optionalNumber(options, "quota");
    return given === null
      ? Math.ceil((runtimeBytes * MEMORY_FOR_QUOTA) / (MEMORY_FOR_QUOTA - 1))
      : runtimeBytes + given;
  },
  // Keys and watchers are kept in memory.
  capBytes: () => Infinity,
  tune(allotment, options) {
    const quota = tuneQuota(allotment.memoryBytes, options);
    // The runtime does not count what is mapped.
    const memoryBytes = allotment.memoryBytes - Number(quota.value);
    const variables = { ETCD_QUOTA_BACKEND_BYTES: quota, ...tuneRuntime({ ...allotment, memoryBytes }, options) };
    return { ...variables, env: joinEnvironment(variables) };
  },
};

function tuneQuota(memoryBytes: number, options: Options): Setting {
  const given = optionalNumber(options, "quota");
  if (given !== null) return bytes(given, String(given), byGiven("quota", given, SOURCE));
  const value = Math.min(Math.floor(memoryBytes / MEMORY_FOR_QUOTA), MOST_QUOTA_BYTES);
  return bytes(value, String(value), {
    formula: "min(memoryBytes / 4, mostBytes)",
    inputs: { memoryBytes, mostBytes: MOST_QUOTA_BYTES },
    source: SOURCE,
    boundBy: value === MOST_QUOTA_BYTES ? "cap" : null,
    ...(value < 2 * GIB ? { note: "etcd's own 2 GiB would be more than a quarter of the memory" } : {}),
  });
}
