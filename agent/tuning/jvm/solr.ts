// Tunes Solr: a heap of half the share, up to what is common, and the rest for the page cache, from which Lucene reads its index.

import { GIB, MIB } from "../../size.ts";
import type { Allotment, OptionRules, Options, Profile } from "../profile/profile.ts";
import { numberOption } from "../profile/read-option.ts";
import { flagsBesideHeap, heapFlags, joinFlags } from "./jvm-server-flags.ts";
import { COMPRESSED_OOPS_HEAP_BYTES, leastServerBytes, type ServerRule } from "./jvm-server-memory.ts";
import { countProcessors, type HeapRule, type ProcessorRule, SERVER_OPTIONS, tuneServerMemory } from "./jvm-server.ts";
import { SEARCH_RULE } from "./search-rule.ts";

const GUIDE = "solr.apache.org, reference guide, JVM settings: 8 to 16 GB is quite common, the rest is the index's";

/** "8-16Gb is quite common, and larger heaps are sometimes used." */
const USUAL_MOST_HEAP_BYTES = 16 * GIB;

/** Pools that are sized by the CPUs: Jetty's acceptors and selectors, merges, G1's workers. */
const PROCESSORS: ProcessorRule = {
  baseThreads: 54,
  threadsPerCpu: 10,
  source: "parbake: as many as for Elasticsearch, which is Lucene, too",
};

const RULE: ServerRule = {
  ...SEARCH_RULE,
  heapBytes: (memory, options) => Math.min(memory / 2, mostHeapBytes(options)),
  mostHeapBytes,
  // bin/solr has -Xss256k.
  threadStackBytes: MIB / 4,
};

const OPTIONS = {
  heapMax: {
    kind: "size",
    default: USUAL_MOST_HEAP_BYTES,
    min: 128 * MIB,
    max: COMPRESSED_OOPS_HEAP_BYTES,
    about: "the largest heap: more for facets and sorting by fields without docValues",
  },
  ...SERVER_OPTIONS,
} satisfies OptionRules;

export const solr: Profile = {
  name: "solr",
  about: "an Apache Solr node",
  options: OPTIONS,
  takesMemory: true,
  readsPageCache: true,
  usualWeight: 1,
  useful: () => ({ heap: { least: 512 * MIB, because: "bin/solr gives it 512 MiB" } }),
  ladder: ["codeCache"],
  toShrink: "lower the options metaspace, threads or pageCacheMin",
  floorBytes: (options) => leastServerBytes(RULE, options),
  // Page cache helps as long as the indices are larger than it.
  capBytes: () => Infinity,
  tune(allotment, options) {
    const memory = tuneServerMemory(allotment, RULE, heapRule(allotment, options), options);
    const others = flagsBesideHeap(memory, countProcessors(allotment, memory, PROCESSORS));
    return {
      ...memory,
      SOLR_JAVA_MEM: joinFlags(heapFlags(memory), "apache/solr, bin/solr, SOLR_JAVA_MEM"),
      // bin/solr has its own for G1, in GC_TUNE.
      SOLR_OPTS: joinFlags(others, "apache/solr, bin/solr, SOLR_OPTS"),
    };
  },
};

function mostHeapBytes(options: Options): number {
  return numberOption(options, "heapMax");
}

function heapRule({ memoryBytes }: Allotment, options: Options): HeapRule {
  const inputs = { memoryBytes, mostHeapBytes: mostHeapBytes(options) };
  return { formula: "min(memoryBytes / 2, mostHeapBytes)", inputs, source: GUIDE };
}
