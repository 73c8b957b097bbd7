// Tunes Elasticsearch: the heap by node role, as its server chooses it; G1's options; the page cache that Lucene needs.

import { GIB, MIB } from "../../size.ts";
import { count } from "../profile/build-setting.ts";
import type { Allotment, OptionRules, Options, Profile, Setting } from "../profile/profile.ts";
import { choiceOption, textOption } from "../profile/read-option.ts";
import { joinFlags, memoryFlags } from "./jvm-server-flags.ts";
import { COMPRESSED_OOPS_HEAP_BYTES, leastServerBytes, type ServerRule } from "./jvm-server-memory.ts";
import { countProcessors, type HeapRule, type ProcessorRule, SERVER_OPTIONS, tuneServerMemory } from "./jvm-server.ts";
import { SEARCH_RULE } from "./search-rule.ts";

const HEAP_SOURCE = "elastic/elasticsearch, server-cli, MachineDependentHeap.java";
const ERGONOMICS = "elastic/elasticsearch, server-cli, JvmErgonomics.java";

/** From here on the server leaves G1's regions to HotSpot, and keeps more of the heap free. */
const LARGE_HEAP_BYTES = 8 * GIB;

/** Pools that are sized by the CPUs: search, get, write, refresh, flush, fetch, transport, and G1's workers. */
const PROCESSORS: ProcessorRule = {
  baseThreads: 54,
  threadsPerCpu: 10,
  source: "elastic.co, thread pools, node.processors",
};

interface RoleRule {
  readonly heapBytes: (memoryBytes: number) => number;
  readonly heapStepBytes?: number;
  readonly formula: string;
  readonly note?: string;
}

const ROLES = {
  data: {
    // The reference jumps from 40 % to 50 % at 1 GiB, and everything else would lose 102 MiB. So the heap rises to 50 %
    // before 1 GiB, as fast as its collector's memory allows.
    heapBytes: (memory) =>
      memory < GIB
        ? Math.max((memory * 2) / 5, catchUpBytes(memory))
        : Math.min(memory / 2, COMPRESSED_OOPS_HEAP_BYTES),
    formula: "min(max(memoryBytes * 0.4, 512 MiB - (1 GiB - memoryBytes) / 1.05), memoryBytes / 2, mostHeapBytes)",
    note: "Elasticsearch jumps from 40 % to 50 % at 1 GiB; here it rises to it from 838 MiB, so that nothing else falls",
  },
  master: {
    heapBytes: (memory) => Math.min((memory * 3) / 5, COMPRESSED_OOPS_HEAP_BYTES),
    formula: "min(memoryBytes * 0.6, mostHeapBytes)",
  },
  // Newer versions take two thirds of the heap of older ones: models live outside of it.
  ml: {
    heapBytes: (memory) => {
      const shareBytes = (Math.min(memory, 16 * GIB) * 4 + Math.max(0, memory - 16 * GIB)) / 15;
      return Math.min(shareBytes, COMPRESSED_OOPS_HEAP_BYTES);
    },
    heapStepBytes: 4 * MIB,
    formula: "min((min(memoryBytes, 16 GiB) * 0.4 + max(0, memoryBytes - 16 GiB) * 0.1) * 2 / 3, mostHeapBytes)",
  },
} satisfies Readonly<Record<string, RoleRule>>;

function catchUpBytes(memoryBytes: number): number {
  return GIB / 2 - (GIB - memoryBytes) / 1.05;
}

const OPTIONS = {
  role: {
    kind: "choice",
    default: "data",
    choices: Object.keys(ROLES),
    about: "node.roles: ml or master alone, or data",
  },
  ...SERVER_OPTIONS,
} satisfies OptionRules;

export const elasticsearch: Profile = {
  name: "elasticsearch",
  about: "an Elasticsearch node",
  options: OPTIONS,
  takesMemory: true,
  readsPageCache: true,
  usualWeight: 1,
  // A machine learning node has a small heap by its rule: models live outside of it.
  useful: (options) =>
    textOption(options, "role") === "ml"
      ? {}
      : { heap: { least: 512 * MIB, because: "Elastic's own smallest examples have 512 MiB" } },
  ladder: ["codeCache"],
  toShrink: "lower the options metaspace, threads or pageCacheMin",
  floorBytes: (options) => leastServerBytes(ruleOf(options), options),
  // Page cache helps as long as the indices are larger than it.
  capBytes: () => Infinity,
  tune(allotment, options) {
    const memory = tuneServerMemory(allotment, ruleOf(options), heapRule(allotment, options), options);
    const processors = countProcessors(allotment, memory, PROCESSORS);
    const heapBytes = Number(memory.heap.value);
    const collector = tuneCollector(heapBytes);
    const flags = [...memoryFlags(memory, processors), ...collectorFlags(collector, heapBytes)];
    return { ...memory, node_processors: processors, ...collector, options: joinFlags(flags, "ES_JAVA_OPTS") };
  },
};

function roleOf(options: Options): RoleRule {
  return ROLES[choiceOption(options, "role", ROLES)];
}

function ruleOf(options: Options): ServerRule {
  const { heapBytes, heapStepBytes = SEARCH_RULE.heapStepBytes } = roleOf(options);
  return { ...SEARCH_RULE, heapBytes, heapStepBytes };
}

function heapRule({ memoryBytes }: Allotment, options: Options): HeapRule {
  const { formula, note } = roleOf(options);
  const inputs = { memoryBytes, mostHeapBytes: COMPRESSED_OOPS_HEAP_BYTES };
  // Only in this range does the reference have another value.
  const departs = note !== undefined && memoryBytes < GIB && catchUpBytes(memoryBytes) > (memoryBytes * 2) / 5;
  return { formula, inputs, source: HEAP_SOURCE, ...(departs ? { note } : {}) };
}

type CollectorSettings = Readonly<Record<"G1ReservePercent" | "InitiatingHeapOccupancyPercent", Setting>>;

function tuneCollector(heapBytes: number): CollectorSettings {
  const inputs = { heapBytes, largeHeapBytes: LARGE_HEAP_BYTES };
  return {
    G1ReservePercent: count(heapBytes < LARGE_HEAP_BYTES ? 15 : 25, {
      formula: "heapBytes < largeHeapBytes ? 15 : 25",
      inputs,
      source: ERGONOMICS,
    }),
    InitiatingHeapOccupancyPercent: count(30, { formula: "constant", source: ERGONOMICS }),
  };
}

function collectorFlags(
  { G1ReservePercent, InitiatingHeapOccupancyPercent }: CollectorSettings,
  heapBytes: number,
): string[] {
  return [
    "-XX:+UseG1GC",
    `-XX:G1ReservePercent=${G1ReservePercent.text}`,
    `-XX:InitiatingHeapOccupancyPercent=${InitiatingHeapOccupancyPercent.text}`,
    ...(heapBytes < LARGE_HEAP_BYTES ? ["-XX:G1HeapRegionSize=4m"] : []),
  ];
}
