// Tunes Sidekiq: one process, or, where sidekiqswarm starts them, one for each CPU as far as memory has room, since the threads of
// a process share a CPU.

import { MIB, TIB } from "../../size.ts";
import { byGiven, byOption, count } from "../profile/build-setting.ts";
import { joinEnvironment } from "../profile/environment.ts";
import type { Allotment, OptionRules, Options, Profile, Setting } from "../profile/profile.ts";
import { booleanOption, numberOption, optionalNumber } from "../profile/read-option.ts";

const PROCESSES =
  "docs.gitlab.com, run multiple Sidekiq processes: no more than CPUs; sidekiq.org, Ent Multi Process: SIDEKIQ_COUNT";
const CONCURRENCY = "sidekiq/sidekiq, lib/sidekiq/config.rb, concurrency, and cli.rb, RAILS_MAX_THREADS";
const UNIT = "sidekiq/sidekiq, examples/systemd/sidekiq.service";

const OPTIONS = {
  processes: {
    kind: "integer",
    default: null,
    min: 1,
    max: 1024,
    about: "units of Sidekiq, each a process; 1, or with swarm by memory and CPUs, if not given",
  },
  // Sidekiq's own since 7; 10 before.
  concurrency: { kind: "integer", default: 5, min: 1, max: 1000, about: "jobs at a time in a process" },
  // As for Puma, since it is the same app. Sidekiq's own example lets a process grow to 300 MB (sidekiq.org, Ent Multi Process);
  // of large apps its author commonly sees 1 to 2 GB, before MALLOC_ARENA_MAX (mikeperham.com, taming Rails memory bloat).
  processMemory: { kind: "size", default: 512 * MIB, min: 32 * MIB, max: TIB, about: "the most that a process takes" },
  // Loads what its processes share, and so takes no more than one of them.
  swarm: { kind: "boolean", default: false, about: "sidekiqswarm starts them: its own process counts as one more" },
} satisfies OptionRules;

export const sidekiq: Profile = {
  name: "sidekiq",
  about: "the background jobs of a Ruby app in Sidekiq",
  options: OPTIONS,
  takesMemory: true,
  usualWeight: 1,
  // One process is what Sidekiq itself starts.
  useful: () => ({}),
  ladder: ["processes"],
  toShrink: "lower the options processes or processMemory",
  floorBytes: (options) => memoryFor(optionalNumber(options, "processes") ?? 1, options),
  capBytes: (options, { vcpus }) =>
    memoryFor(optionalNumber(options, "processes") ?? (booleanOption(options, "swarm") ? vcpus : 1), options),
  tune(allotment, options) {
    const processes = tuneProcesses(allotment, options);
    const concurrency = tuneConcurrency(options);
    // Threads that allocate at once each get an arena of their own, which fragments.
    const MALLOC_ARENA_MAX = count(2, { formula: "constant", source: UNIT });
    const variables = { SIDEKIQ_COUNT: processes, RAILS_MAX_THREADS: concurrency, MALLOC_ARENA_MAX };
    return {
      processes,
      concurrency,
      MALLOC_ARENA_MAX,
      env: joinEnvironment(variables),
    };
  },
};

function memoryFor(processes: number, options: Options): number {
  const parents = booleanOption(options, "swarm") ? 1 : 0;
  return (parents + processes) * numberOption(options, "processMemory");
}

function tuneProcesses({ memoryBytes, vcpus }: Allotment, options: Options): Setting {
  const given = optionalNumber(options, "processes");
  if (given !== null) return count(given, byGiven("processes", given, PROCESSES));
  if (!booleanOption(options, "swarm")) return count(1, { formula: "1", source: `${UNIT}: one process a unit` });
  const processMemoryBytes = numberOption(options, "processMemory");
  const parentBytes = memoryFor(0, options);
  const bearable = Math.max(1, Math.floor((memoryBytes - parentBytes) / processMemoryBytes));
  return count(Math.min(vcpus, bearable), {
    formula: "min(vcpus, max(1, (memoryBytes - parentBytes) / processMemoryBytes))",
    inputs: { vcpus, memoryBytes, parentBytes, processMemoryBytes },
    source: PROCESSES,
    boundBy: bearable < vcpus ? "ladder" : null,
  });
}

function tuneConcurrency(options: Options): Setting {
  const concurrency = numberOption(options, "concurrency");
  return count(concurrency, byOption("concurrency", concurrency, OPTIONS.concurrency, CONCURRENCY));
}
