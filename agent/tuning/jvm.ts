// The JVM: regions by the memory calculator, collector and threads by HotSpot's own rules, JAVA_TOOL_OPTIONS as one text.

import { bytes, count, text, type Reason } from "./build-setting.ts";
import { computeHeap, computeRegions, leastMemoryBytes, mostMemoryBytes } from "./jvm-memory.ts";
import { numberOption, textOption } from "./read-option.ts";
import type { Allotment, OptionRule, Options, Profile, Setting, Settings } from "./setting.ts";
import { GIB, KIB, MIB, TIB } from "./size.ts";

const CALCULATOR = "paketo-buildpacks/libjvm, calc";
const WORKER_POLICY = "openjdk/jdk, gc/shared/workerPolicy.cpp";
const SERVER_CLASS = "openjdk/jdk, server-class machine: 2 CPUs and 2 GiB less a tolerance of 256 MiB";

const SERVER_CLASS_BYTES = 1792 * MIB;
const SERVER_CLASS_VCPUS = 2;

const OPTIONS: Readonly<Record<string, OptionRule>> = {
  threads: { kind: "integer", default: 250, min: 1, max: 100_000, about: "threads at most, each with a stack" },
  // A web service on a common framework with a database layer; too few ends in OutOfMemoryError: Metaspace.
  loadedClasses: {
    kind: "integer",
    default: 15_000,
    min: 0,
    max: 10_000_000,
    about: "classes loaded, for the metaspace",
  },
  headroomPercent: { kind: "integer", default: 0, min: 0, max: 90, about: "share kept free for native memory" },
  threadStack: { kind: "size", default: MIB, min: 256 * KIB, max: GIB, about: "stack of one thread (-Xss)" },
  codeCache: { kind: "size", default: 240 * MIB, min: 4 * MIB, max: 2047 * MIB, about: "compiled code" },
  directMemory: { kind: "size", default: 10 * MIB, min: MIB, max: TIB, about: "buffers outside the heap" },
  metaspace: {
    kind: "size",
    default: null,
    min: 16 * MIB,
    max: TIB,
    about: "class metadata; from loadedClasses if not given",
  },
  heap: { kind: "size", default: null, min: 8 * MIB, max: 16 * TIB, about: "-Xmx; what is left if not given" },
  largeHeap: { kind: "boolean", default: false, about: "a heap above 31 GiB where 48 GiB or more are left for it" },
  gc: { kind: "choice", default: "auto", choices: ["auto", "g1", "serial", "parallel", "zgc"], about: "the collector" },
};

export const jvm: Profile = {
  name: "jvm",
  about: "a Java application on HotSpot",
  options: OPTIONS,
  takesMemory: true,
  ladder: [],
  toShrink: "lower the options threads, codeCache or loadedClasses",
  floorBytes: leastMemoryBytes,
  capBytes: mostMemoryBytes,
  tune(allotment, options) {
    const settings = { ...tuneMemory(allotment, options), ...tuneThreads(allotment, options) };
    return { ...settings, options: joinFlags(settings) };
  },
};

function tuneMemory({ memoryBytes }: Allotment, options: Options): Settings {
  const { metaspaceBytes, codeCacheBytes, directMemoryBytes } = computeRegions(options);
  const { heapBytes, boundBy } = computeHeap(memoryBytes, options);
  const heap = "memory - headroom - metaspace - codeCache - directMemory - threads * threadStack, at most 31 GiB";
  const metaspace = "14,000,000 bytes + 5,800 bytes * loadedClasses";
  return {
    heap: region(heapBytes, { formula: heap, source: CALCULATOR, boundBy }),
    metaspace: region(metaspaceBytes, { formula: metaspace, source: CALCULATOR, ...userBound(options, "metaspace") }),
    codeCache: region(codeCacheBytes, fixedRegion(options, "codeCache")),
    directMemory: region(directMemoryBytes, fixedRegion(options, "directMemory")),
    threadStack: region(numberOption(options, "threadStack"), fixedRegion(options, "threadStack")),
    threads: count(numberOption(options, "threads"), fixedRegion(options, "threads")),
  };
}

function tuneThreads({ memoryBytes, vcpus }: Allotment, options: Options): Settings {
  const gcThreads = vcpus <= 8 ? vcpus : 8 + Math.floor(((vcpus - 8) * 5) / 8);
  const chosen = textOption(options, "gc");
  const isServer = vcpus >= SERVER_CLASS_VCPUS && memoryBytes >= SERVER_CLASS_BYTES;
  const automatic = isServer ? "g1" : "serial";
  return {
    gc: text(chosen === "auto" ? automatic : chosen, {
      formula: "g1 from 2 CPUs and 1792 MiB, else serial",
      source: SERVER_CLASS,
      ...userBound(options, "gc"),
    }),
    gcThreads: count(gcThreads, { formula: "vcpus up to 8, then 5 for every 8 more", source: WORKER_POLICY }),
    concGcThreads: count(Math.max(1, Math.floor((gcThreads + 2) / 4)), {
      formula: "(gcThreads + 2) / 4, at least 1",
      source: WORKER_POLICY,
      boundBy: gcThreads < 2 ? "floor" : null,
    }),
    activeProcessorCount: count(vcpus, { formula: "vcpus", source: "paketo-buildpacks/libjvm, ActiveProcessorCount" }),
  };
}

// The collectors' names, and what each takes of the thread counts; Serial refuses neither but uses none.
const COLLECTOR_FLAGS: Readonly<Record<string, readonly string[]>> = {
  g1: ["-XX:+UseG1GC", "ParallelGCThreads", "ConcGCThreads"],
  parallel: ["-XX:+UseParallelGC", "ParallelGCThreads"],
  serial: ["-XX:+UseSerialGC"],
  zgc: ["-XX:+UseZGC", "ParallelGCThreads", "ConcGCThreads"],
};

function joinFlags(settings: Settings): Setting {
  const textOf = (name: string): string => settings[name]!.text;
  const threads: Readonly<Record<string, string>> = {
    ParallelGCThreads: `-XX:ParallelGCThreads=${textOf("gcThreads")}`,
    ConcGCThreads: `-XX:ConcGCThreads=${textOf("concGcThreads")}`,
  };
  const flags = [
    `-Xmx${textOf("heap")}`,
    `-XX:MaxMetaspaceSize=${textOf("metaspace")}`,
    `-XX:ReservedCodeCacheSize=${textOf("codeCache")}`,
    `-XX:MaxDirectMemorySize=${textOf("directMemory")}`,
    `-Xss${textOf("threadStack")}`,
    `-XX:ActiveProcessorCount=${textOf("activeProcessorCount")}`,
    ...COLLECTOR_FLAGS[textOf("gc")]!.map((flag) => threads[flag] ?? flag),
  ];
  return text(flags.join(" "), { formula: "all of the above as flags", source: "the java command, JAVA_TOOL_OPTIONS" });
}

// The text is rounded down to KiB; the calculator's choice of suffix.
function region(value: number, reason: Reason): Setting {
  const kib = Math.floor(value / KIB);
  if (kib % (1024 * 1024) === 0) return bytes(value, `${kib / (1024 * 1024)}G`, reason);
  return bytes(value, kib % 1024 === 0 ? `${kib / 1024}M` : `${kib}K`, reason);
}

function fixedRegion(options: Options, name: string): Reason {
  return { formula: `the option ${name}`, source: CALCULATOR, ...userBound(options, name) };
}

function userBound(options: Options, name: string): Pick<Reason, "boundBy"> {
  return options[name] === OPTIONS[name]!.default ? {} : { boundBy: "user" };
}
