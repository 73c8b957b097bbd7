// Tunes a JVM: regions by the memory calculator, collector and threads by HotSpot's own rules, JAVA_TOOL_OPTIONS as one
// text.

import { GIB, KIB, MIB, TIB } from "../../size.ts";
import { bytes, count, fromOption, type Reason, text } from "../profile/build-setting.ts";
import type { Allotment, OptionRules, Options, Profile, Setting } from "../profile/profile.ts";
import { numberOption } from "../profile/read-option.ts";
import { chosenCollector, type Collector, COLLECTOR_SOURCE, SERVER_CLASS_BYTES } from "./jvm-collector.ts";
import { formatRegion, joinFlags } from "./jvm-flags.ts";
import {
  divideJvmMemory,
  type JvmMemory,
  leastMemoryBytes,
  mayExceedCompressedOops,
  mostMemoryBytes,
  type Part,
} from "./jvm-memory.ts";

const CALCULATOR = "paketo-buildpacks/libjvm, calc";
const WORKER_POLICY = "openjdk/jdk, gc/shared/workerPolicy.cpp";
const HEROKU = "heroku/heroku-buildpack-jvm-common, opt/jvmcommon.sh: the heap for 512 MB";
const SERVER_CLASS = "openjdk/jdk, server-class machine: 2 CPUs and 2 GiB less a tolerance of 256 MiB";

const SERVER_CLASS_VCPUS = 2;

const OPTIONS = {
  threads: {
    kind: "integer",
    default: null,
    min: 1,
    max: 100_000,
    about: "threads at most, each with a stack; 250, and down to 20 where memory is short, if not given",
  },
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
  codeCache: {
    kind: "size",
    default: null,
    min: 4 * MIB,
    max: 2047 * MIB,
    about: "compiled code; 240MiB, and down to 48MiB where memory is short, if not given",
  },
  directMemory: { kind: "size", default: 10 * MIB, min: MIB, max: TIB, about: "buffers outside the heap" },
  metaspace: {
    kind: "size",
    default: null,
    min: 16 * MIB,
    max: TIB,
    about: "class metadata; from loadedClasses if not given",
  },
  heap: {
    kind: "size",
    default: null,
    min: 8 * MIB,
    max: 16 * TIB,
    about:
      "-Xmx, what is left if not given; the app then asks for no more memory than this heap needs (Logstash: 4GiB)",
  },
  largeHeap: { kind: "boolean", default: false, about: "a heap above 31 GiB where 48 GiB or more are left for it" },
  gc: { kind: "choice", default: "auto", choices: ["auto", "g1", "serial", "parallel", "zgc"], about: "the collector" },
} satisfies OptionRules;

export const jvm: Profile = {
  name: "jvm",
  about: "a Java application on HotSpot",
  options: OPTIONS,
  takesMemory: true,
  usualWeight: 1,
  useful: () => ({
    heap: {
      least: 128 * MIB,
      because: "HotSpot itself takes 128 MiB of a machine with 512",
      instead: "lower the options threads or loadedClasses",
    },
  }),
  ladder: ["threads", "codeCache"],
  toShrink: "lower the options threads, codeCache or loadedClasses",
  floorBytes: leastMemoryBytes,
  capBytes: mostMemoryBytes,
  tune(allotment, options) {
    const memory = divideJvmMemory(allotment.memoryBytes, options);
    const collector = chosenCollector(options) ?? usualCollector(allotment);
    const settings = {
      heap: tuneHeap(allotment, memory, options),
      ...tuneRegions(memory, options),
      ...tuneCollector(allotment, collector, options),
      gcMemory: tuneGcMemory(memory),
    };
    return { ...settings, options: joinFlags(settings, collector) };
  },
};

function tuneHeap({ memoryBytes }: Allotment, memory: JvmMemory, options: Options): Setting {
  const { headroomBytes, metaspaceBytes, codeCache, directMemoryBytes, threads, threadStackBytes } = memory;
  const { heapBytes, heapBoundBy: boundBy, leastOthersBytes, collectorBeyondBytes } = memory;
  if (boundBy === "user") return region(heapBytes, fromOption("heapBytes", heapBytes));
  if (boundBy === "share" || boundBy === "floor")
    return region(heapBytes, {
      formula: "min(memoryBytes - headroomBytes - leastOthersBytes - collectorBeyondBytes, 300 MiB)",
      inputs: { memoryBytes, headroomBytes, leastOthersBytes, collectorBeyondBytes },
      source: HEROKU,
      boundBy,
      note: "the calculator would leave less, or refuse",
    });
  const rest =
    "memoryBytes - headroomBytes - metaspaceBytes - codeCacheBytes - directMemoryBytes - threads * threadStackBytes" +
    " - collectorBeyondBytes";
  return region(heapBytes, {
    formula: mayExceedCompressedOops(options) ? rest : `min(${rest}, 31 GiB)`,
    inputs: {
      memoryBytes,
      headroomBytes,
      metaspaceBytes,
      codeCacheBytes: codeCache.value,
      directMemoryBytes,
      threads: threads.value,
      threadStackBytes,
      collectorBeyondBytes,
    },
    source: CALCULATOR,
    boundBy,
    ...(collectorBeyondBytes > 0 ? { note: COLLECTOR_NOTE } : {}),
  });
}

const COLLECTOR_NOTE =
  "the calculator does not count the collector's memory (gcMemory); here the heap gives up the part of it that headroom and " +
  "stacks beyond 512 KiB do not cover";

function tuneRegions(memory: JvmMemory, options: Options) {
  const { metaspaceBytes, directMemoryBytes, threadStackBytes, codeCache, threads } = memory;
  return {
    metaspace: region(metaspaceBytes, metaspaceReason(metaspaceBytes, options)),
    codeCache: region(codeCache.value, codeCacheReason(codeCache)),
    directMemory: region(directMemoryBytes, fixedReason("directMemory", directMemoryBytes, options)),
    threadStack: region(threadStackBytes, fixedReason("threadStack", threadStackBytes, options)),
    threads: count(threads.value, threadsReason(threads, threadStackBytes)),
  };
}

/** HotSpot's own choice. */
function usualCollector({ memoryBytes, vcpus }: Allotment): Collector {
  return vcpus >= SERVER_CLASS_VCPUS && memoryBytes >= SERVER_CLASS_BYTES ? "g1" : "serial";
}

function tuneCollector(allotment: Allotment, collector: Collector, options: Options) {
  const { vcpus } = allotment;
  const gcThreads = vcpus <= 8 ? vcpus : 8 + Math.floor(((vcpus - 8) * 5) / 8);
  const inputs = { vcpus };
  return {
    gc: tuneGc(allotment, collector, options),
    gcThreads: count(gcThreads, { formula: "min(vcpus, 8 + (vcpus - 8) * 5 / 8)", inputs, source: WORKER_POLICY }),
    concGcThreads: count(Math.max(1, Math.floor((gcThreads + 2) / 4)), {
      formula: "max(1, (gcThreads + 2) / 4)",
      inputs: { gcThreads },
      source: WORKER_POLICY,
      boundBy: gcThreads < 2 ? "floor" : null,
    }),
    activeProcessorCount: count(vcpus, {
      formula: "vcpus",
      inputs,
      source: "paketo-buildpacks/libjvm, helper/active_processor_count.go",
    }),
  };
}

function tuneGc({ memoryBytes, vcpus }: Allotment, collector: Collector, options: Options): Setting {
  if (chosenCollector(options) !== null) return text(collector, fromOption("gc", collector));
  return text(collector, {
    formula: "g1 if vcpus >= 2 and memoryBytes >= 1792 MiB, else serial",
    inputs: { vcpus, memoryBytes },
    source: SERVER_CLASS,
  });
}

function tuneGcMemory({ heapBytes, collectorBytes, collectorPercent }: JvmMemory): Setting {
  return region(collectorBytes, {
    formula: "heapBytes * collectorPercent / 100",
    inputs: { heapBytes, collectorPercent },
    source: COLLECTOR_SOURCE,
  });
}

const LADDER_NOTE =
  "the calculator insists on its default and refuses: parbake gives up a part of it, so that the app fits";

function codeCacheReason({ value, spareBytes, boundBy }: Part): Reason {
  if (boundBy === "user") return fromOption("codeCacheBytes", value);
  if (boundBy === null) return { formula: "240 MiB", source: CALCULATOR };
  const formula = "min(240 MiB, 48 MiB + spareBytes)";
  return { formula, inputs: { spareBytes }, source: CALCULATOR, boundBy, note: LADDER_NOTE };
}

function threadsReason({ value, spareBytes, boundBy }: Part, threadStackBytes: number): Reason {
  if (boundBy === "user") return fromOption("threads", value);
  if (boundBy === null) return { formula: "250", source: CALCULATOR };
  const formula = "min(250, 20 + spareBytes / threadStackBytes)";
  return { formula, inputs: { spareBytes, threadStackBytes }, source: CALCULATOR, boundBy, note: LADDER_NOTE };
}

function metaspaceReason(metaspaceBytes: number, options: Options): Reason {
  if (options["metaspace"] !== null) return fromOption("metaspaceBytes", metaspaceBytes);
  const loadedClasses = numberOption(options, "loadedClasses");
  const formula = "14000000 bytes + 5800 bytes * loadedClasses";
  return { formula, inputs: { loadedClasses }, source: CALCULATOR };
}

function fixedReason(name: "directMemory" | "threadStack", value: number, options: Options): Reason {
  if (options[name] !== OPTIONS[name].default) return fromOption(`${name}Bytes`, value);
  return { formula: `${name}Bytes`, inputs: { [`${name}Bytes`]: value }, source: CALCULATOR };
}

function region(value: number, reason: Reason): Setting {
  return bytes(value, formatRegion(value), reason);
}
