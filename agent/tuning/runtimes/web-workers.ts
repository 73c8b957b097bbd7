// The workers of a Python web app, whatever starts them: as many processes as fit at their most, and as many as the CPUs have a use
// for. Pure.

import { MIB, TIB } from "../../size.ts";
import { byGiven, count } from "../profile/build-setting.ts";
import type { Allotment, OptionRules, Options, Setting } from "../profile/profile.ts";
import { numberOption, optionalNumber } from "../profile/read-option.ts";

export const WORKER_OPTIONS = {
  workers: { kind: "integer", default: null, min: 1, max: 4096, about: "processes; by memory and CPUs if not given" },
  // Heroku's for a Python web process.
  workerMemory: {
    kind: "size",
    default: 256 * MIB,
    min: 16 * MIB,
    max: TIB,
    about: "the most that a process takes, with its part of the master",
  },
} satisfies OptionRules;

/** How many workers the CPUs have a use for. */
export interface CpuRule {
  readonly count: (vcpus: number) => number;
  readonly formula: string;
  readonly source: string;
}

/** Gunicorn's documented start, for threaded workers, too: while one waits for its client, another computes. */
export const TWO_FOR_EACH_CPU: Omit<CpuRule, "source"> = {
  count: (vcpus) => 2 * vcpus + 1,
  formula: "2 * vcpus + 1",
};

/** @param most where no option gives their number */
export function workersBytes(options: Options, most: number): number {
  return (optionalNumber(options, "workers") ?? most) * numberOption(options, "workerMemory");
}

export function tuneWorkers({ memoryBytes, vcpus }: Allotment, options: Options, rule: CpuRule): Setting {
  const given = optionalNumber(options, "workers");
  if (given !== null) return count(given, byGiven("workers", given, rule.source));
  const workerMemoryBytes = numberOption(options, "workerMemory");
  const byMemory = Math.max(1, Math.floor(memoryBytes / workerMemoryBytes));
  const byCpus = rule.count(vcpus);
  return count(Math.min(byMemory, byCpus), {
    formula: `min(max(memoryBytes / workerMemoryBytes, 1), ${rule.formula})`,
    inputs: { memoryBytes, workerMemoryBytes, vcpus },
    source: rule.source,
    boundBy: byMemory > byCpus ? "cap" : null,
  });
}
