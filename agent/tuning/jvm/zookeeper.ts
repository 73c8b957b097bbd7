// Tunes ZooKeeper: a heap for the whole tree of nodes that never swaps, up to what its users need, and threads by the CPUs.

import { GIB, MIB } from "../../size.ts";
import type { Allotment, OptionRules, Options, Profile } from "../profile/profile.ts";
import { numberOption } from "../profile/read-option.ts";
import { joinFlags, memoryFlags } from "./jvm-server-flags.ts";
import { leastServerBytes, mostServerBytes, type ServerRule } from "./jvm-server-memory.ts";
import { countProcessors, type HeapRule, type ProcessorRule, SERVER_OPTIONS, tuneServerMemory } from "./jvm-server.ts";

const GUIDE = "zookeeper.apache.org, administrator's guide: a heap of 3GB for a 4GB machine";

/** 3 GB of 4 GB. */
const HEAP_SHARE = 3 / 4;

/** docs.cloudera.com, HDP, Kafka Component Guide: the starting point beside Kafka. Its own start script has 1000 MiB. */
const USUAL_MOST_HEAP_BYTES = 4 * GIB;

/** For each CPU two workers of NIO and one of the commit processor, as the guide says, and one of G1. */
const PROCESSORS: ProcessorRule = {
  baseThreads: 40,
  threadsPerCpu: 4,
  source: "zookeeper.apache.org, administrator's guide, performance tuning options",
};

const RULE: ServerRule = {
  heapBytes: (memory, options) => Math.min(memory * HEAP_SHARE, mostHeapBytes(options)),
  mostHeapBytes,
  heapStepBytes: MIB,
  leastHeapBytes: 128 * MIB,
  // About 8,000 classes, by the memory calculator's formula.
  metaspaceBytes: 60 * MIB,
  threadStackBytes: MIB,
  leastThreads: 48,
  // A buffer of 64 KiB for each thread of NIO.
  leastDirectBytes: 16 * MIB,
  directShare: 1 / 16,
};

const OPTIONS = {
  heapMax: {
    kind: "size",
    default: USUAL_MOST_HEAP_BYTES,
    min: 128 * MIB,
    max: 31 * GIB,
    about: "the largest heap: more for millions of nodes and watches",
  },
  ...SERVER_OPTIONS,
} satisfies OptionRules;

export const zookeeper: Profile = {
  name: "zookeeper",
  about: "an Apache ZooKeeper server",
  options: OPTIONS,
  takesMemory: true,
  // It serves those beside it, and needs no more than its tree.
  usualWeight: 0.25,
  useful: () => ({ heap: { least: 512 * MIB, because: "its own start script gives it 1000 MiB" } }),
  ladder: ["codeCache"],
  toShrink: "lower the options heap, threads or pageCacheMin",
  floorBytes: (options) => leastServerBytes(RULE, options),
  capBytes: (options) => mostServerBytes(RULE, options, HEAP_SHARE),
  tune(allotment, options) {
    const memory = tuneServerMemory(allotment, RULE, heapRule(allotment, options), options);
    const processors = countProcessors(allotment, memory, PROCESSORS);
    return {
      ...memory,
      options: joinFlags(
        [...memoryFlags(memory, processors), ...COLLECTOR],
        "apache/zookeeper, bin/zkServer.sh, SERVER_JVMFLAGS",
      ),
    };
  },
};

/**
 * kb.altinity.com, ZooKeeper: short pauses, since clients take a long one for the server's end; and all of the heap in memory
 * from the start, where there is too little of it.
 */
const COLLECTOR = ["-XX:+UseG1GC", "-XX:MaxGCPauseMillis=50", "-XX:+AlwaysPreTouch"];

function mostHeapBytes(options: Options): number {
  return numberOption(options, "heapMax");
}

function heapRule({ memoryBytes }: Allotment, options: Options): HeapRule {
  const inputs = { memoryBytes, mostHeapBytes: mostHeapBytes(options) };
  return { formula: "min(memoryBytes * 3 / 4, mostHeapBytes)", inputs, source: GUIDE };
}
