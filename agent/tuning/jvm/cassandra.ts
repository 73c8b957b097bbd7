// Tunes Cassandra: the heap of cassandra-env.sh by its collector, a young generation for CMS only, request threads, page
// cache.

import { GIB, KIB, MIB } from "../../size.ts";
import { byOption, bytes, count, text } from "../profile/build-setting.ts";
import type { Allotment, OptionRules, Options, Profile, Setting } from "../profile/profile.ts";
import { textOption } from "../profile/read-option.ts";
import { joinFlags, memoryFlags } from "./jvm-server-flags.ts";
import { COMPRESSED_OOPS_HEAP_BYTES, formatJvmSize, leastServerBytes, type ServerRule } from "./jvm-server-memory.ts";
import { countProcessors, type HeapRule, type ProcessorRule, SERVER_OPTIONS, tuneServerMemory } from "./jvm-server.ts";

const ENV_SH = "apache/cassandra, conf/cassandra-env.sh";
const YAML = "apache/cassandra, conf/cassandra.yaml";

/** For CMS, the collector up to Cassandra 4: its pauses grow with the heap. */
const MOST_CMS_HEAP_BYTES = 8 * GIB;

const NEW_SIZE_PER_CPU_BYTES = 100 * MIB;

const CMS_RULE: ServerRule = {
  heapBytes: (memory) => Math.max(Math.min(memory / 2, GIB), Math.min(memory / 4, MOST_CMS_HEAP_BYTES)),
  mostHeapBytes: () => MOST_CMS_HEAP_BYTES,
  heapStepBytes: MIB,
  leastHeapBytes: 256 * MIB,
  metaspaceBytes: 128 * MIB,
  // jvm-server.options has -Xss256k.
  threadStackBytes: 256 * KIB,
  leastThreads: 394,
  leastDirectBytes: 64 * MIB,
  // HotSpot's own limit: Cassandra 4 sets none.
  directShare: 1,
};

/** For G1, the collector since Cassandra 5: half of the memory for the heap, a quarter for direct memory. */
const G1_RULE: ServerRule = {
  ...CMS_RULE,
  heapBytes: (memory) => Math.min(memory / 2, COMPRESSED_OOPS_HEAP_BYTES),
  mostHeapBytes: () => COMPRESSED_OOPS_HEAP_BYTES,
  // jvm17-server.options has regions of 16 MiB, to which HotSpot would round the heap up.
  heapStepBytes: 16 * MIB,
  directShare: 1 / 2,
};

/** cassandra.yaml: 128 for clients, 32 each for reads, counters, views and writes; compaction, gossip, G1's workers. */
const PROCESSORS: ProcessorRule = { baseThreads: 384, threadsPerCpu: 10, source: YAML };
const LEAST_WRITES = 32;
const WRITES_PER_CPU = 8;

const OPTIONS = {
  gc: {
    kind: "choice",
    default: "g1",
    choices: ["g1", "cms"],
    about: "the collector: Cassandra 5's, or cms up to Java 13 and Cassandra 4",
  },
  ...SERVER_OPTIONS,
} satisfies OptionRules;

export const cassandra: Profile = {
  name: "cassandra",
  about: "an Apache Cassandra node",
  options: OPTIONS,
  takesMemory: true,
  readsPageCache: true,
  usualWeight: 1,
  useful: () => ({ heap: { least: 2 * GIB, because: "Cassandra's documentation wants no less than 2 GB" } }),
  ladder: ["codeCache"],
  toShrink: "lower the options heap, threads or pageCacheMin",
  floorBytes: (options) => leastServerBytes(ruleOf(options), options),
  // Page cache helps as long as the tables are larger than it.
  capBytes: () => Infinity,
  tune(allotment, options) {
    const memory = tuneServerMemory(allotment, ruleOf(options), heapRule(allotment, options), options);
    const processors = countProcessors(allotment, memory, PROCESSORS);
    const newSize = isCms(options) ? tuneNewSize(allotment, Number(memory.heap.value)) : null;
    const collector = newSize === null ? ["-XX:+UseG1GC"] : ["-XX:+UseConcMarkSweepGC", `-Xmn${newSize.text}`];
    return {
      ...memory,
      ...(newSize === null ? {} : { HEAP_NEWSIZE: newSize }),
      MALLOC_ARENA_MAX: count(4, { formula: "constant", source: ENV_SH }),
      concurrent_writes: tuneWrites(processors),
      gc: tuneCollector(options),
      options: joinFlags([...memoryFlags(memory, processors), ...collector], "JVM_EXTRA_OPTS"),
    };
  },
};

function isCms(options: Options): boolean {
  return textOption(options, "gc") === "cms";
}

function ruleOf(options: Options): ServerRule {
  return isCms(options) ? CMS_RULE : G1_RULE;
}

function heapRule({ memoryBytes }: Allotment, options: Options): HeapRule {
  const inputs = { memoryBytes, mostHeapBytes: ruleOf(options).mostHeapBytes(options) };
  return isCms(options)
    ? {
        formula: "max(min(memoryBytes / 2, 1 GiB), min(memoryBytes / 4, mostHeapBytes))",
        inputs,
        source: `${ENV_SH} of Cassandra 4`,
      }
    : { formula: "min(memoryBytes / 2, mostHeapBytes)", inputs, source: `${ENV_SH} of Cassandra 5` };
}

function tuneCollector(options: Options): Setting {
  const gc = textOption(options, "gc");
  return text(gc, byOption("gc", gc, OPTIONS.gc, ENV_SH));
}

// With G1 the script refuses to start if one is set.
function tuneNewSize({ vcpus }: Allotment, heapBytes: number): Setting {
  const value = Math.floor(Math.min(vcpus * NEW_SIZE_PER_CPU_BYTES, heapBytes / 4) / MIB) * MIB;
  return bytes(value, formatJvmSize(value), {
    formula: "min(vcpus * 100 MiB, heapBytes / 4)",
    inputs: { vcpus, heapBytes },
    source: ENV_SH,
  });
}

function tuneWrites(processors: Setting): Setting {
  const cpus = Number(processors.value);
  return count(Math.max(LEAST_WRITES, cpus * WRITES_PER_CPU), {
    formula: "max(leastWrites, processors * writesPerCpu)",
    inputs: { processors: cpus, leastWrites: LEAST_WRITES, writesPerCpu: WRITES_PER_CPU },
    source: YAML,
    boundBy: cpus * WRITES_PER_CPU < LEAST_WRITES ? "floor" : processors.boundBy,
  });
}
