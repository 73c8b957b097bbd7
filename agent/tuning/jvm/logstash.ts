// Tunes Logstash: a heap of half the share, up to the most that its documentation advises, and workers by the CPUs.

import { GIB, MIB } from "../../size.ts";
import type { Profile } from "../profile/profile.ts";
import { joinFlags, memoryFlags } from "./jvm-server-flags.ts";
import { leastServerBytes, mostServerBytes, type ServerRule } from "./jvm-server-memory.ts";
import { countProcessors, type ProcessorRule, SERVER_OPTIONS, tuneServerMemory } from "./jvm-server.ts";

const SETTINGS = "elastic/logstash, docs/reference/jvm-settings.md";

/** "No more than 8GB", and 50 to 75 % of the memory: a small share has less to spare. */
const MOST_HEAP_BYTES = 8 * GIB;
const HEAP_SHARE = 1 / 2;

/** For each CPU a worker, two threads of an input on Netty, and one of G1. */
const PROCESSORS: ProcessorRule = {
  baseThreads: 48,
  threadsPerCpu: 4,
  source: "elastic/logstash, config/cpu_core_strategy.rb: a worker for each processor of the JVM",
};

const RULE: ServerRule = {
  heapBytes: (memory) => Math.min(memory * HEAP_SHARE, MOST_HEAP_BYTES),
  mostHeapBytes: () => MOST_HEAP_BYTES,
  heapStepBytes: MIB,
  leastHeapBytes: 256 * MIB,
  // About 30,000 classes, for JRuby makes classes of its plugins, by the memory calculator's formula.
  metaspaceBytes: 180 * MIB,
  threadStackBytes: MIB,
  leastThreads: 64,
  leastDirectBytes: 32 * MIB,
  // "Half of the heap size", for the inputs of Beats, TCP and HTTP.
  directShare: 1 / 2,
};

export const logstash: Profile = {
  name: "logstash",
  about: "a Logstash pipeline",
  options: SERVER_OPTIONS,
  takesMemory: true,
  // It ships what the apps beside it say.
  usualWeight: 0.5,
  useful: () => ({
    heap: { least: GIB, because: "its own jvm.options gives it 1 GiB, and its documentation wants 4 GB" },
  }),
  ladder: ["codeCache"],
  toShrink: "lower the options heap, metaspace, threads or pageCacheMin",
  floorBytes: (options) => leastServerBytes(RULE, options),
  capBytes: (options) => mostServerBytes(RULE, options, HEAP_SHARE),
  tune(allotment, options) {
    const { memoryBytes } = allotment;
    const memory = tuneServerMemory(
      allotment,
      RULE,
      {
        formula: "min(memoryBytes / 2, mostHeapBytes)",
        inputs: { memoryBytes, mostHeapBytes: MOST_HEAP_BYTES },
        source: SETTINGS,
      },
      options,
    );
    const pipeline_workers = countProcessors(allotment, memory, PROCESSORS);
    const flags = memoryFlags(memory, pipeline_workers);
    return { ...memory, pipeline_workers, options: joinFlags(flags, `${SETTINGS}, LS_JAVA_OPTS`) };
  },
};
