import type { RealProgram } from "./program.ts";
import { textOf } from "./tune.ts";

const COLLECTORS = { UseG1GC: "g1", UseParallelGC: "parallel", UseSerialGC: "serial", UseZGC: "zgc" };

/** The text is given as it is meant to be, in JAVA_TOOL_OPTIONS. */
export const java: RealProgram = {
  title: "Java 17 (-XX:+PrintFlagsFinal)",
  profile: "jvm",
  blocks: {
    // The flag is aligned, so that HotSpot does not round it up: G1 by regions of 32 MiB at most.
    heap: { bytes: 32 * 2 ** 20, to: "down" },
    // The flags are in KiB.
    metaspace: { bytes: 1024, to: "down" },
  },
  async ask({ machine }, tuned) {
    const environment = `JAVA_TOOL_OPTIONS=${textOf(tuned, "options")}`;
    const printed = await machine.run(["env", environment, "java", "-XX:+PrintFlagsFinal", "-version"]);
    const flags = new Map([...printed.matchAll(/^ *\w+ (\w+) += (\S+) /gm)].map(([, name, value]) => [name!, value!]));
    const numberOf = (flag: string): number => Number(flags.get(flag));
    const gc = Object.entries(COLLECTORS).flatMap(([flag, name]) => (flags.get(flag) === "true" ? [name] : []));
    const isSerial = textOf(tuned, "gc") === "serial";
    return {
      said: {
        heap: numberOf("MaxHeapSize"),
        metaspace: numberOf("MaxMetaspaceSize"),
        codeCache: numberOf("ReservedCodeCacheSize"),
        directMemory: numberOf("MaxDirectMemorySize"),
        threadStack: numberOf("ThreadStackSize") * 1024,
        gc: gc.join(" and "),
        activeProcessorCount: numberOf("ActiveProcessorCount"),
        ...(isSerial ? {} : { gcThreads: numberOf("ParallelGCThreads"), concGcThreads: numberOf("ConcGCThreads") }),
      },
      unsaid: {
        threads: "the application keeps to it, not the JVM",
        gcMemory: "what the collector is reckoned with, which is no flag",
        options: "what is given to it: all of the others",
        ...(isSerial ? { gcThreads: "Serial has none", concGcThreads: "Serial has none" } : {}),
      },
    };
  },
};
