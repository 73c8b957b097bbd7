// Tunes OpenSearch: half of the share for the heap, as its documentation advises, since it chooses none itself; page cache.

import { MIB } from "../../size.ts";
import { count } from "../profile/build-setting.ts";
import type { Profile, Settings } from "../profile/profile.ts";
import { joinFlags, memoryFlags } from "./jvm-server-flags.ts";
import { COMPRESSED_OOPS_HEAP_BYTES, leastServerBytes, type ServerRule } from "./jvm-server-memory.ts";
import { countProcessors, SERVER_OPTIONS, tuneServerMemory } from "./jvm-server.ts";
import { SEARCH_RULE } from "./search-rule.ts";

const JVM_OPTIONS = "opensearch-project/OpenSearch, distribution/src/config/jvm.options";

const RULE: ServerRule = {
  heapBytes: (memory) => Math.min(memory / 2, COMPRESSED_OOPS_HEAP_BYTES),
  ...SEARCH_RULE,
};

/** Pools that are sized by the CPUs, as Elasticsearch's are. */
const PROCESSORS = { baseThreads: 54, threadsPerCpu: 10, source: "opensearch.org, thread pools, node.processors" };

export const opensearch: Profile = {
  name: "opensearch",
  about: "an OpenSearch node",
  options: SERVER_OPTIONS,
  takesMemory: true,
  readsPageCache: true,
  usualWeight: 1,
  useful: () => ({ heap: { least: 512 * MIB, because: "OpenSearch's own smallest examples have 512 MiB" } }),
  ladder: ["codeCache"],
  toShrink: "lower the options metaspace, threads or pageCacheMin",
  floorBytes: (options) => leastServerBytes(RULE, options),
  // Page cache helps as long as the indices are larger than it.
  capBytes: () => Infinity,
  tune(allotment, options) {
    const heapRule = {
      formula: "min(memoryBytes / 2, mostHeapBytes)",
      inputs: { memoryBytes: allotment.memoryBytes, mostHeapBytes: COMPRESSED_OOPS_HEAP_BYTES },
      source: "opensearch.org, important settings: half of the memory, below 32 GB",
    };
    const memory = tuneServerMemory(allotment, RULE, heapRule, options);
    const processors = countProcessors(allotment, memory, PROCESSORS);
    const flags = [...memoryFlags(memory, processors), ...collectorFlags(COLLECTOR)];
    return { ...memory, node_processors: processors, ...COLLECTOR, options: joinFlags(flags, "OPENSEARCH_JAVA_OPTS") };
  },
};

const COLLECTOR: Settings = {
  G1ReservePercent: count(25, { formula: "constant", source: JVM_OPTIONS }),
  InitiatingHeapOccupancyPercent: count(30, { formula: "constant", source: JVM_OPTIONS }),
};

function collectorFlags(collector: Settings): readonly string[] {
  return ["-XX:+UseG1GC", ...Object.entries(collector).map(([name, { text }]) => `-XX:${name}=${text}`)];
}
