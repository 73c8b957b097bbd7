// Writes a JVM's settings as the flags of the java command. Rounds the heap down as HotSpot would round it up.

import { text } from "../profile/build-setting.ts";
import { alignHeapBytes } from "./jvm-memory.ts";
import type { Setting, Settings } from "../profile/profile.ts";
import { KIB } from "../../size.ts";

// The collectors' names, and what each takes of the thread counts; Serial refuses neither but uses none.
const COLLECTOR_FLAGS: Readonly<Record<string, readonly string[]>> = {
  g1: ["-XX:+UseG1GC", "ParallelGCThreads", "ConcGCThreads"],
  parallel: ["-XX:+UseParallelGC", "ParallelGCThreads"],
  serial: ["-XX:+UseSerialGC"],
  zgc: ["-XX:+UseZGC", "ParallelGCThreads", "ConcGCThreads"],
};

/** One text for JAVA_TOOL_OPTIONS. */
export function joinFlags(settings: Settings): Setting {
  const textOf = (name: string): string => settings[name]!.text;
  const threads: Readonly<Record<string, string>> = {
    ParallelGCThreads: `-XX:ParallelGCThreads=${textOf("gcThreads")}`,
    ConcGCThreads: `-XX:ConcGCThreads=${textOf("concGcThreads")}`,
  };
  const flags = [
    `-Xmx${heapFlag(settings["heap"]!)}`,
    `-XX:MaxMetaspaceSize=${textOf("metaspace")}`,
    `-XX:ReservedCodeCacheSize=${textOf("codeCache")}`,
    `-XX:MaxDirectMemorySize=${textOf("directMemory")}`,
    `-Xss${textOf("threadStack")}`,
    `-XX:ActiveProcessorCount=${textOf("activeProcessorCount")}`,
    ...COLLECTOR_FLAGS[textOf("gc")]!.map((flag) => threads[flag] ?? flag),
  ];
  return text(flags.join(" "), {
    formula: "all of the above as flags",
    source: "the java command, JAVA_TOOL_OPTIONS",
    ...(settings["heap"]!.boundBy === "user" ? {} : { note: HEAP_NOTE }),
  });
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
