// Writes a JVM's settings as the flags of the java command. Rounds the heap down as HotSpot would round it up.

import { text } from "../profile/build-setting.ts";
import type { Collector } from "./jvm-collector.ts";
import { alignHeapBytes } from "./jvm-memory.ts";
import type { Setting } from "../profile/profile.ts";
import { KIB } from "../../size.ts";

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

/** Rounded down to KiB; the calculator's choice of suffix. */
export function formatRegion(value: number): string {
  const kib = Math.floor(value / KIB);
  if (kib % (1024 * 1024) === 0) return `${kib / (1024 * 1024)}G`;
  return kib % 1024 === 0 ? `${kib / 1024}M` : `${kib}K`;
}
