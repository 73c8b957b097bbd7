// Tunes Kafka: a heap that soon stops growing with the memory, threads by the CPUs, and the rest for the page cache.

import { GIB, MIB } from "../../size.ts";
import { count, text } from "../profile/build-setting.ts";
import type { Allotment, OptionRules, Options, Profile, Setting } from "../profile/profile.ts";
import { booleanOption, optionalNumber } from "../profile/read-option.ts";
import { flagsBesideHeap, heapFlags, joinFlags } from "./jvm-server-flags.ts";
import { leastServerBytes, type ServerRule } from "./jvm-server-memory.ts";
import { countProcessors, type HeapRule, type ProcessorRule, SERVER_OPTIONS, tuneServerMemory } from "./jvm-server.ts";

const START_SH = "apache/kafka, bin/kafka-server-start.sh";
const OPERATIONS = "kafka.apache.org, operations, Java version";
const DESIGN = "kafka.apache.org, design, persistence: the page cache before the heap";
const STRIMZI = "strimzi/strimzi-kafka-operator, dynamic_resources.sh";
const BROKER = "kafka.apache.org, broker configs";

const DEFAULT_HEAP_BYTES = GIB;
const PRODUCTION_HEAP_BYTES = 6 * GIB;

/** The broker's defaults: more of them only where there are more CPUs. */
const LEAST_NETWORK_THREADS = 3;
const LEAST_IO_THREADS = 8;

/**
 * For two CPUs one network thread of each of three listeners, and for each CPU one for I/O and one of G1; the rest is the
 * JVM's.
 */
const PROCESSORS: ProcessorRule = { baseThreads: 96, threadsPerCpu: 4, source: BROKER };

const RULE: ServerRule = {
  heapBytes: (memory, options) => Math.min(mostHeapBytes(options), heapShareBytes(memory, options)),
  mostHeapBytes,
  heapStepBytes: MIB,
  leastHeapBytes: 256 * MIB,
  metaspaceBytes: 96 * MIB,
  threadStackBytes: MIB,
  leastThreads: 100,
  leastDirectBytes: 32 * MIB,
  // Threads send and receive through buffers of their own.
  directShare: 1 / 4,
};

const OPTIONS = {
  production: {
    kind: "boolean",
    default: true,
    about: "a heap of up to 6 GiB, as the documentation has it; false: the start script's 1 GiB",
  },
  heapMax: { kind: "size", default: null, min: 64 * MIB, max: 31 * GIB, about: "the largest heap; by production" },
  heapPercent: {
    kind: "integer",
    default: null,
    min: 1,
    max: 60,
    about: "the heap's largest share of the memory; 25, and up to 50 for the first 1 GiB of heap, if not given",
  },
  ...SERVER_OPTIONS,
} satisfies OptionRules;

export const kafka: Profile = {
  name: "kafka",
  about: "an Apache Kafka broker",
  options: OPTIONS,
  takesMemory: true,
  readsPageCache: true,
  usualWeight: 1,
  useful: () => ({ heap: { least: 512 * MIB, because: "the broker's start script gives it 1 GiB" } }),
  ladder: ["codeCache"],
  toShrink: "lower the options heap, threads or pageCacheMin",
  floorBytes: (options) => leastServerBytes(RULE, options),
  // Consumers read from the page cache, which helps as long as the records are larger than it.
  capBytes: () => Infinity,
  tune(allotment, options) {
    const memory = tuneServerMemory(allotment, RULE, heapRule(allotment, options), options);
    const processors = countProcessors(allotment, memory, PROCESSORS);
    const heap = heapFlags(memory);
    const others = flagsBesideHeap(memory, processors);
    return {
      ...memory,
      num_network_threads: tuneThreads(processors, LEAST_NETWORK_THREADS, 2),
      num_io_threads: tuneThreads(processors, LEAST_IO_THREADS, 1),
      KAFKA_HEAP_OPTS: joinFlags(heap, "KAFKA_HEAP_OPTS"),
      KAFKA_JVM_PERFORMANCE_OPTS: tunePerformance(others),
      options: joinFlags([...heap, ...others, ...COLLECTOR], "the java command"),
    };
  },
};

/**
 * Kafka's documentation for production. The start script drops its own flags if the variable is set, so all of them are
 * here.
 */
const COLLECTOR = [
  // Only the size at which the first collection for classes starts, not a limit.
  "-XX:MetaspaceSize=96m",
  "-XX:+UseG1GC",
  "-XX:MaxGCPauseMillis=20",
  "-XX:InitiatingHeapOccupancyPercent=35",
  "-XX:+ExplicitGCInvokesConcurrent",
];

function mostHeapBytes(options: Options): number {
  const byPurpose = booleanOption(options, "production") ? PRODUCTION_HEAP_BYTES : DEFAULT_HEAP_BYTES;
  return optionalNumber(options, "heapMax") ?? byPurpose;
}

// The page cache is the largest part, since Kafka's design reads from it. But the start script has 1 GiB on any machine.
function heapShareBytes(memoryBytes: number, options: Options): number {
  const percent = optionalNumber(options, "heapPercent");
  if (percent !== null) return (memoryBytes * percent) / 100;
  return Math.max(Math.min(memoryBytes / 2, DEFAULT_HEAP_BYTES), memoryBytes / 4);
}

function heapRule({ memoryBytes }: Allotment, options: Options): HeapRule {
  const heapPercent = optionalNumber(options, "heapPercent");
  const mostBytes = mostHeapBytes(options);
  if (heapPercent !== null)
    return {
      formula: "min(mostHeapBytes, memoryBytes * heapPercent / 100)",
      inputs: { memoryBytes, mostHeapBytes: mostBytes, heapPercent },
      source: STRIMZI,
    };
  return {
    formula: "min(mostHeapBytes, max(min(memoryBytes / 2, 1 GiB), memoryBytes / 4))",
    inputs: { memoryBytes, mostHeapBytes: mostBytes },
    source: booleanOption(options, "production") ? `${OPERATIONS}; ${DESIGN}` : START_SH,
  };
}

function tuneThreads(processors: Setting, least: number, cpusPerThread: number): Setting {
  const cpus = Number(processors.value);
  const wanted = Math.ceil(cpus / cpusPerThread);
  return count(Math.max(least, wanted), {
    formula: "max(least, processors / cpusPerThread)",
    inputs: { least, processors: cpus, cpusPerThread },
    source: BROKER,
    boundBy: wanted < least ? "floor" : processors.boundBy,
  });
}

function tunePerformance(others: readonly string[]): Setting {
  return text(["-server", ...others, ...COLLECTOR, "-Djava.awt.headless=true"].join(" "), {
    formula: "all but the heap as flags",
    source: "apache/kafka, bin/kafka-run-class.sh",
  });
}
