// Tunes Puma: a worker for each CPU core as far as memory has room, single mode if that is fewer than two; threads.

import { GIB, MIB, TIB } from "../../size.ts";
import { byGiven, byOption, count, text } from "../profile/build-setting.ts";
import { joinEnvironment } from "../profile/environment.ts";
import type { Allotment, AppCpus, OptionRules, Options, Profile, Setting } from "../profile/profile.ts";
import { numberOption, optionalNumber } from "../profile/read-option.ts";

const DEPLOYMENT = "puma/puma, docs/deployment.md";
const GLIBC = "devcenter.heroku.com, tuning glibc memory behavior";

/** With one worker the master would only cost memory. */
const LEAST_CLUSTER = 2;

const OPTIONS = {
  workers: { kind: "integer", default: null, min: 0, max: 1024, about: "processes, 0: single mode; by the CPU cores" },
  threads: { kind: "integer", default: 5, min: 1, max: 1024, about: "requests at a time in a process" },
  workerMemory: { kind: "size", default: 512 * MIB, min: 32 * MIB, max: TIB, about: "the most that a process takes" },
  masterMemory: { kind: "size", default: GIB, min: 32 * MIB, max: TIB, about: "the most that the master takes" },
} satisfies OptionRules;

export const puma: Profile = {
  name: "puma",
  about: "a Ruby web app behind Puma",
  options: OPTIONS,
  takesMemory: true,
  usualWeight: 1,
  // No number of workers is too small: single mode, too, serves as many requests at a time as it has threads.
  useful: () => ({}),
  ladder: ["workers"],
  toShrink: "lower the options workers, workerMemory or masterMemory",
  floorBytes: (options) => memoryFor(optionalNumber(options, "workers") ?? 0, options),
  capBytes: (options, cpus) =>
    memoryFor(optionalNumber(options, "workers") ?? withoutSingle(countCores(cpus)), options),
  tune(allotment, options) {
    const workers = tuneWorkers(allotment, options);
    const threads = tuneThreads(options);
    // Threads that allocate at once each get an arena of their own, which fragments: two cost little speed.
    const MALLOC_ARENA_MAX = count(2, { formula: "constant", source: GLIBC });
    return {
      workers,
      threads,
      mode: text(workers.value === 0 ? "single" : "cluster", {
        formula: "workers == 0 ? single : cluster",
        inputs: { workers: Number(workers.value) },
        source: DEPLOYMENT,
      }),
      MALLOC_ARENA_MAX,
      env: joinEnvironment({ WEB_CONCURRENCY: workers, RAILS_MAX_THREADS: threads, MALLOC_ARENA_MAX }),
    };
  },
};

/** No worker: single mode, one process and no master. */
function memoryFor(workers: number, options: Options): number {
  const workerBytes = numberOption(options, "workerMemory");
  return workers === 0 ? workerBytes : numberOption(options, "masterMemory") + workers * workerBytes;
}

function tuneWorkers(allotment: Allotment, options: Options): Setting {
  const given = optionalNumber(options, "workers");
  if (given !== null) return count(given, byGiven("workers", given, DEPLOYMENT));
  const { memoryBytes } = allotment;
  const [workerMemoryBytes, masterMemoryBytes] = [
    numberOption(options, "workerMemory"),
    numberOption(options, "masterMemory"),
  ];
  const bearable = Math.max(0, Math.floor((memoryBytes - masterMemoryBytes) / workerMemoryBytes));
  const cpuCores = countCores(allotment);
  const workers = Math.min(cpuCores, bearable);
  return count(withoutSingle(workers), {
    formula: "min(cpuCores, (memoryBytes - masterMemoryBytes) / workerMemoryBytes), 0 if below leastCluster",
    inputs: { cpuCores, memoryBytes, masterMemoryBytes, workerMemoryBytes, leastCluster: LEAST_CLUSTER },
    source: DEPLOYMENT,
    boundBy: cpuCores >= LEAST_CLUSTER && bearable < cpuCores ? "ladder" : null,
  });
}

/** What Puma's documentation calls a CPU core: a physical one on ARM, a hyperthread on x86. */
function countCores({ architecture, cores, vcpus }: AppCpus): number {
  return architecture === "arm64" || architecture === "aarch64" ? cores : vcpus;
}

function withoutSingle(workers: number): number {
  return workers < LEAST_CLUSTER ? 0 : workers;
}

function tuneThreads(options: Options): Setting {
  const threads = numberOption(options, "threads");
  return count(threads, byOption("threads", threads, OPTIONS.threads, DEPLOYMENT));
}
