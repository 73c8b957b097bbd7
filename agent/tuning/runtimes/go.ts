// Tunes Go: the soft memory limit that the runtime does not set by itself, and its processors, as environment variables.

import { MIB } from "../../size.ts";
import { byGiven, bytes, count } from "../profile/build-setting.ts";
import { joinEnvironment } from "../profile/environment.ts";
import type { Allotment, OptionRules, Options, Profile, Setting } from "../profile/profile.ts";
import { numberOption, optionalNumber } from "../profile/read-option.ts";

const AUTOMEMLIMIT = "KimMachineGun/automemlimit, memlimit";
const AUTOMAXPROCS = "uber-go/automaxprocs, internal/runtime, and golang/go, runtime/proc.go";

/** A small service: the runtime and a few megabytes of heap. */
const LEAST_BYTES = 16 * MIB;

const OPTIONS = {
  // The rest is for what the runtime does not count: cgo and mapped files.
  limitPercent: { kind: "integer", default: 90, min: 10, max: 100, about: "the share that the Go runtime may take" },
  maxProcs: { kind: "integer", default: null, min: 1, max: 4096, about: "GOMAXPROCS; one per CPU if not given" },
} satisfies OptionRules;

export const go = {
  name: "go",
  about: "a Go service",
  options: OPTIONS,
  takesMemory: true,
  usualWeight: 1,
  // No value is too small for every service: an exporter needs hardly any memory.
  useful: () => ({}),
  ladder: [],
  toShrink: "leave its limit to the runtime",
  floorBytes: () => LEAST_BYTES,
  // A service's caches grow with the memory that it has.
  capBytes: () => Infinity,
  tune(allotment, options) {
    const variables = tuneRuntime(allotment, options);
    return { ...variables, env: joinEnvironment(variables) };
  },
} satisfies Profile;

/** For every program in Go: the options are those of `go`. */
export function tuneRuntime(
  allotment: Allotment,
  options: Options,
): Readonly<Record<"GOMEMLIMIT" | "GOMAXPROCS", Setting>> {
  return { GOMEMLIMIT: tuneLimit(allotment, options), GOMAXPROCS: tuneProcessors(allotment, options) };
}

function tuneLimit({ memoryBytes }: Allotment, options: Options): Setting {
  const limitPercent = numberOption(options, "limitPercent");
  const value = Math.floor((memoryBytes * limitPercent) / 100);
  return bytes(value, String(value), {
    formula: "memoryBytes * limitPercent / 100",
    inputs: { memoryBytes, limitPercent },
    source: AUTOMEMLIMIT,
    boundBy: limitPercent === OPTIONS.limitPercent.default ? null : "user",
  });
}

function tuneProcessors({ vcpus, machine }: Allotment, options: Options): Setting {
  const maxProcs = optionalNumber(options, "maxProcs");
  if (maxProcs !== null) return count(maxProcs, byGiven("maxProcs", maxProcs, AUTOMAXPROCS));
  const reason = { formula: "vcpus", inputs: { vcpus }, source: AUTOMAXPROCS };
  if (vcpus < machine.vcpus) return count(vcpus, reason);
  return { ...count(vcpus, { ...reason, note: RUNTIMES_NOTE }), text: "0" };
}

// runtime/proc.go: from 1.25 on, GOMAXPROCS follows the CPUs and the cgroup's limit while the program runs, unless it was
// set.
const RUNTIMES_NOTE = "0 lets the runtime use all CPUs: any number would keep it from following a limit that changes";
