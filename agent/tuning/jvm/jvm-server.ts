// Options and settings of every server on the JVM, each by the server's rule: heap, native regions, threads, page cache.

import { GIB, KIB, MIB, TIB } from "../../size.ts";
import { byGiven, bytes, count, type Reason } from "../profile/build-setting.ts";
import type { Allotment, Inputs, OptionRule, OptionRules, Options, Setting } from "../profile/profile.ts";
import { COLLECTOR_SOURCE } from "./jvm-collector.ts";
import { CODE_CACHE_BYTES } from "./jvm-memory.ts";
import {
  divideServerMemory,
  formatJvmSize,
  MOST_THREADS,
  type ServerMemory,
  type ServerRule,
} from "./jvm-server-memory.ts";

const HOTSPOT = "openjdk/jdk, the java command";
const PARBAKE = "parbake: what the share leaves";

/** A server's formula for its heap, and its source. */
export interface HeapRule {
  readonly formula: string;
  readonly inputs: Inputs;
  readonly source: string;
  readonly note?: string;
}

export const SERVER_OPTIONS = {
  heap: size(8 * MIB, 16 * TIB, "-Xms and -Xmx; by the rule if not given"),
  metaspace: size(16 * MIB, TIB, "class metadata; by what the server loads if not given"),
  codeCache: size(4 * MIB, 2047 * MIB, "compiled code; 48MiB to 240MiB if not given"),
  directMemory: size(MIB, 16 * TIB, "buffers outside the heap; by the heap if not given"),
  threads: {
    kind: "integer",
    default: null,
    min: 1,
    max: 100_000,
    about: "threads at most; by the memory if not given",
  },
  threadStack: size(144 * KIB, GIB, "stack of one thread (-Xss)"),
  pageCacheMin: { kind: "size", default: 0, min: 0, max: 16 * TIB, about: "the least that is left for the page cache" },
} satisfies OptionRules;

function size(min: number, max: number, about: string): OptionRule {
  return { kind: "size", default: null, min, max, about };
}

export type ServerSettings = Readonly<
  Record<
    "heap" | "gcMemory" | "metaspace" | "codeCache" | "directMemory" | "threadStack" | "threads" | "pageCache",
    Setting
  >
>;

export function tuneServerMemory(
  { memoryBytes }: Allotment,
  rule: ServerRule,
  heapRule: HeapRule,
  options: Options,
): ServerSettings {
  const memory = divideServerMemory(memoryBytes, rule, options);
  const { metaspaceBytes, codeCache, threadStackBytes } = memory;
  return {
    heap: tuneHeap(memoryBytes, memory, rule, heapRule),
    gcMemory: tuneGcMemory(memory),
    metaspace: region(metaspaceBytes, unlessGiven(options, "metaspace", "what the server's classes take", HOTSPOT)),
    codeCache: region(codeCache.value, {
      ...unlessGiven(options, "codeCache", "min(leastBytes + spareBytes, mostBytes)", HOTSPOT, {
        leastBytes: CODE_CACHE_BYTES.least,
        mostBytes: CODE_CACHE_BYTES.most,
        spareBytes: memory.spareBytes,
      }),
      boundBy: codeCache.boundBy,
    }),
    directMemory: tuneDirect(memory, rule, options),
    threadStack: region(threadStackBytes, unlessGiven(options, "threadStack", "the server's own", HOTSPOT)),
    threads: tuneThreads(memory, rule, options),
    pageCache: tunePageCache(memoryBytes, memory),
  };
}

export interface ProcessorRule {
  readonly baseThreads: number;
  readonly threadsPerCpu: number;
  readonly source: string;
}

/** The CPUs whose pools' threads fit with their stacks: more CPUs never take memory. */
export function countProcessors({ vcpus }: Allotment, settings: ServerSettings, rule: ProcessorRule): Setting {
  const { baseThreads, threadsPerCpu, source } = rule;
  const threads = Number(settings.threads.value);
  const held = settings.threads.boundBy === "user" ? "user" : "share";
  const bearable = Math.max(1, Math.floor((threads - baseThreads) / threadsPerCpu));
  return count(Math.min(vcpus, bearable), {
    formula: "min(vcpus, max(1, (threads - baseThreads) / threadsPerCpu))",
    inputs: { vcpus, threads, baseThreads, threadsPerCpu },
    source,
    boundBy: bearable < vcpus ? held : null,
  });
}

function tuneHeap(memoryBytes: number, memory: ServerMemory, rule: ServerRule, heapRule: HeapRule): Setting {
  const { value, boundBy } = memory.heap;
  if (boundBy === "user") return region(value, byGiven("heap", value, heapRule.source));
  const held = holdHeap(memoryBytes, memory, rule, heapRule);
  const steps = rule.heapStepBytes === MIB ? "" : `, in whole ${rule.heapStepBytes / MIB} MiB`;
  return region(value, { ...heapRule, ...held, formula: held.formula + steps, boundBy });
}

/** The rule's formula, with the bound that holds the heap. */
function holdHeap(
  memoryBytes: number,
  { heap, leastBesideBytes }: ServerMemory,
  { leastHeapBytes }: ServerRule,
  { formula, inputs }: HeapRule,
): Pick<HeapRule, "formula" | "inputs"> {
  if (heap.boundBy === "floor")
    return { formula: `max(${formula}, leastHeapBytes)`, inputs: { ...inputs, leastHeapBytes } };
  if (heap.boundBy !== "share") return { formula, inputs };
  return {
    formula: `min(${formula}, memoryBytes - leastBesideBytes)`,
    inputs: { ...inputs, memoryBytes, leastBesideBytes },
  };
}

function tuneGcMemory({ heap, collectorBytes, collectorPercent }: ServerMemory): Setting {
  return region(collectorBytes, {
    formula: "heapBytes * collectorPercent / 100",
    inputs: { heapBytes: heap.value, collectorPercent },
    source: COLLECTOR_SOURCE,
  });
}

function tuneDirect(
  { directMemory, exactHeapBytes, leftForDirectBytes }: ServerMemory,
  { directShare, leastDirectBytes }: ServerRule,
  options: Options,
): Setting {
  return region(directMemory.value, {
    ...unlessGiven(options, "directMemory", "max(leastBytes, min(exactHeapBytes * directShare, leftBytes))", HOTSPOT, {
      leastBytes: leastDirectBytes,
      exactHeapBytes,
      directShare,
      leftBytes: leftForDirectBytes,
    }),
    boundBy: directMemory.boundBy,
  });
}

function tuneThreads(memory: ServerMemory, { leastThreads }: ServerRule, options: Options): Setting {
  const { threads, threadStackBytes, restBytes, spareForThreadsBytes } = memory;
  const [formula, inputs] =
    threads.boundBy === "share"
      ? ["leastThreads + spareBytes / threadStackBytes", { spareBytes: spareForThreadsBytes }]
      : [
          `clamp((min(restBytes, 4 GiB) / 8 + max(0, restBytes - 4 GiB) / 32) / threadStackBytes, leastThreads, ${MOST_THREADS})`,
          { restBytes },
        ];
  return count(threads.value, {
    ...unlessGiven(options, "threads", formula, PARBAKE, { leastThreads, threadStackBytes, ...inputs }),
    boundBy: threads.boundBy,
  });
}

// The page cache also leaves room for HotSpot's rounding up of the heap.
function tunePageCache(memoryBytes: number, memory: ServerMemory): Setting {
  const { metaspaceBytes, threads, threadStackBytes, pageCacheBytes, collectorBeyondBytes } = memory;
  const regions = {
    memoryBytes,
    heapBytes: memory.heap.value,
    metaspaceBytes,
    codeCacheBytes: memory.codeCache.value,
    directMemoryBytes: memory.directMemory.value,
    threads: threads.value,
    threadStackBytes,
    collectorBeyondBytes,
  };
  const usedBytes =
    regions.heapBytes +
    collectorBeyondBytes +
    metaspaceBytes +
    regions.codeCacheBytes +
    regions.directMemoryBytes +
    threads.value * threadStackBytes;
  return bytes(pageCacheBytes, String(pageCacheBytes), {
    formula:
      "memoryBytes - heapBytes - metaspaceBytes - codeCacheBytes - directMemoryBytes - threads * threadStackBytes" +
      " - collectorBeyondBytes - roundingBytes",
    inputs: { ...regions, roundingBytes: memoryBytes - usedBytes - pageCacheBytes },
    source: PARBAKE,
  });
}

function unlessGiven(options: Options, name: string, formula: string, source: string, inputs: Inputs = {}): Reason {
  const value = options[name];
  if (typeof value !== "number") return { formula, inputs, source };
  return byGiven(name, value, source);
}

function region(value: number, reason: Reason): Setting {
  return bytes(value, formatJvmSize(value), reason);
}
