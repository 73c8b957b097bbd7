// Writes a JVM's settings as the flags of the java command. Rounds the heap down as HotSpot would round it up.

import { KIB, MIB } from "../../size.ts";
import { text } from "../profile/build-setting.ts";
import type { Setting } from "../profile/profile.ts";
import type { Collector } from "./jvm-collector.ts";

/** HotSpot rounds the heap up to pages of its card table and, with G1, to whole regions: 2,048 of them or fewer. */
const LEAST_HEAP_STEP_BYTES = 2 * MIB;
const MOST_HEAP_STEP_BYTES = 32 * MIB;
const G1_REGIONS = 2048;

type FlagSettings = Readonly<
  Record<
    | "heap"
    | "metaspace"
    | "codeCache"
    | "directMemory"
    | "threadStack"
    | "activeProcessorCount"
    | "gcThreads"
    | "concGcThreads",
    Setting
  >
>;

/** One text for JAVA_TOOL_OPTIONS. */
export function joinFlags(settings: FlagSettings, collector: Collector): Setting {
  const { heap, metaspace, codeCache, directMemory, threadStack, activeProcessorCount } = settings;
  const flags = [
    `-Xmx${heapFlag(heap)}`,
    `-XX:MaxMetaspaceSize=${metaspace.text}`,
    `-XX:ReservedCodeCacheSize=${codeCache.text}`,
    `-XX:MaxDirectMemorySize=${directMemory.text}`,
    `-Xss${threadStack.text}`,
    `-XX:ActiveProcessorCount=${activeProcessorCount.text}`,
    ...collectorFlags(settings, collector),
  ];
  return text(flags.join(" "), {
    formula: "all of the above as flags",
    source: "the java command, JAVA_TOOL_OPTIONS",
    ...(heap.boundBy === "user" ? {} : { note: HEAP_NOTE }),
  });
}

// Serial accepts the thread counts, but uses none.
function collectorFlags({ gcThreads, concGcThreads }: FlagSettings, collector: Collector): readonly string[] {
  const parallel = `-XX:ParallelGCThreads=${gcThreads.text}`;
  const concurrent = `-XX:ConcGCThreads=${concGcThreads.text}`;
  switch (collector) {
    case "g1":
      return ["-XX:+UseG1GC", parallel, concurrent];
    case "parallel":
      return ["-XX:+UseParallelGC", parallel];
    case "serial":
      return ["-XX:+UseSerialGC"];
    case "zgc":
      return ["-XX:+UseZGC", parallel, concurrent];
  }
}

const HEAP_NOTE =
  "HotSpot rounds -Xmx up to 2 MiB, or to G1's regions of up to 32 MiB: here the heap is rounded down to them first";

function heapFlag({ value, text: written, boundBy }: Setting): string {
  return boundBy === "user" ? written : formatRegion(alignHeapBytes(Number(value)));
}

/**
 * Rounds -Xmx down, so that HotSpot does not round it up beyond this. By the size alone, whatever the collector: else a
 * second CPU, with which HotSpot takes G1, would cost heap.
 */
function alignHeapBytes(heapBytes: number): number {
  const regionBytes = 2 ** Math.ceil(Math.log2(heapBytes / G1_REGIONS));
  const stepBytes = Math.max(LEAST_HEAP_STEP_BYTES, Math.min(regionBytes, MOST_HEAP_STEP_BYTES));
  return Math.floor(heapBytes / stepBytes) * stepBytes;
}

/** Rounded down to KiB; the calculator's choice of suffix. */
export function formatRegion(value: number): string {
  const kib = Math.floor(value / KIB);
  if (kib % (1024 * 1024) === 0) return `${kib / (1024 * 1024)}G`;
  return kib % 1024 === 0 ? `${kib / 1024}M` : `${kib}K`;
}
