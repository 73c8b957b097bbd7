// Tunes Apache httpd with the event MPM: child processes by memory, and by CPUs on large machines, each with as many threads; the
// limits that have to follow from them.

import { KIB, MIB, TIB } from "../../size.ts";
import { byGiven, byOption, count } from "../profile/build-setting.ts";
import type { Allotment, OptionRules, Options, Profile, Setting } from "../profile/profile.ts";
import { numberOption, optionalNumber } from "../profile/read-option.ts";

const COMMON = "httpd.apache.org, mod/mpm_common";
const EVENT = "httpd.apache.org, mod/event, graceful process termination and scoreboard usage";

/** Measured on 2.4.71: 4.2 MiB, with the modules of a TLS proxy. */
const MASTER_BYTES = 8 * MIB;

/** httpd's own, whatever the machine: ThreadsPerChild, StartServers, MinSpareThreads and MaxSpareThreads as processes. */
const THREADS = 25;
const FIRST_PROCESSES = 3;
const LEAST_SPARE_PROCESSES = 3;
const MOST_SPARE_PROCESSES = 10;

/** httpd's own 16 are taken for 4 CPUs: it has no rule for larger machines. */
const USUAL_PROCESSES = 16;
const PROCESSES_PER_CPU = 4;

/** Old processes that end while new ones serve: one for each four, so that a reload does not wait for slow clients. */
const PROCESSES_PER_OLD = 4;

const USEFUL_WORKERS = 75;

const OPTIONS = {
  // Together no more than MAX_SERVER_LIMIT (20000), old ones included, and MAX_THREAD_LIMIT (100000) of server/mpm/event/event.c.
  processes: {
    kind: "integer",
    default: null,
    min: 1,
    max: 10_000,
    about: "child processes that serve; by memory and CPUs if not given",
  },
  threads: {
    kind: "integer",
    default: THREADS,
    min: 1,
    max: 10_000,
    about: "ThreadsPerChild: requests at a time in each",
  },
  // Measured on 2.4.71: 190 KiB of each, where 950 clients with TLS and headers and bodies of 8 KB wait for what is proxied. While
  // threads are idle, httpd keeps up to three connections open in place of each: with 30 KiB they take less.
  threadMemory: {
    kind: "size",
    default: 256 * KIB,
    min: 64 * KIB,
    max: 64 * MIB,
    about: "the most that a busy thread takes: headers, TLS, proxied bodies",
  },
  // Measured on 2.4.71: 2 to 4 MiB with the modules of a TLS proxy.
  processMemory: {
    kind: "size",
    default: 4 * MIB,
    min: MIB,
    max: TIB,
    about: "what a process takes before its threads",
  },
} satisfies OptionRules;

export const httpd: Profile = {
  name: "httpd",
  about: "an Apache HTTP server with the event MPM",
  options: OPTIONS,
  takesMemory: true,
  readsPageCache: true,
  // As for nginx: a quarter of an app's weight is plenty of connections to it.
  usualWeight: 0.25,
  useful: () => ({
    MaxRequestWorkers: {
      least: USEFUL_WORKERS,
      because: "httpd itself keeps 75 threads idle for a peak",
      instead: "lower the option threadMemory or processMemory",
    },
  }),
  ladder: [],
  toShrink: "lower the options processes, threads, threadMemory or processMemory",
  floorBytes: (options) => memoryFor(optionalNumber(options, "processes") ?? 1, options),
  capBytes: (options, { vcpus }) => memoryFor(optionalNumber(options, "processes") ?? countUsual(vcpus), options),
  tune(allotment, options) {
    const [threads, processes] = [numberOption(options, "threads"), countProcesses(allotment, options)];
    return {
      ServerLimit: tuneServerLimit(processes),
      ThreadLimit: count(threads, { formula: "threads", inputs: { threads }, source: COMMON }),
      ThreadsPerChild: count(threads, byOption("threads", threads, OPTIONS.threads, COMMON)),
      MaxRequestWorkers: tuneWorkers(allotment, options, processes),
      ...tuneSpares(processes, threads),
    };
  },
};

function processBytes(options: Options): number {
  return (
    numberOption(options, "processMemory") + numberOption(options, "threads") * numberOption(options, "threadMemory")
  );
}

/** The worst case: every process is there, old ones included, and every thread is busy. */
function memoryFor(processes: number, options: Options): number {
  return MASTER_BYTES + withOld(processes) * processBytes(options);
}

function withOld(processes: number): number {
  return processes + Math.ceil(processes / PROCESSES_PER_OLD);
}

function countUsual(vcpus: number): number {
  return Math.max(USUAL_PROCESSES, PROCESSES_PER_CPU * vcpus);
}

/** So many that old ones fit beside them: four of five. */
function countBearable({ memoryBytes }: Allotment, options: Options): number {
  const all = Math.floor((memoryBytes - MASTER_BYTES) / processBytes(options));
  return Math.max(1, Math.floor((all * PROCESSES_PER_OLD) / (PROCESSES_PER_OLD + 1)));
}

function countProcesses(allotment: Allotment, options: Options): number {
  const given = optionalNumber(options, "processes");
  return given ?? Math.min(countUsual(allotment.vcpus), countBearable(allotment, options));
}

function tuneWorkers(allotment: Allotment, options: Options, processes: number): Setting {
  const threads = numberOption(options, "threads");
  if (optionalNumber(options, "processes") !== null)
    return count(processes * threads, { ...byGiven("processes", processes, COMMON), formula: "processes * threads" });
  const { memoryBytes, vcpus } = allotment;
  const isCapped = countUsual(vcpus) < countBearable(allotment, options);
  return count(processes * threads, {
    formula:
      "threads * floor(min(max(16, 4 * vcpus), max(1, floor((memoryBytes - masterBytes) / processBytes) * 4 / 5)))",
    inputs: { threads, vcpus, memoryBytes, masterBytes: MASTER_BYTES, processBytes: processBytes(options) },
    source: COMMON,
    boundBy: isCapped ? "cap" : null,
    note: "httpd has 400 on any machine, and Debian sets 150",
  });
}

function tuneServerLimit(processes: number): Setting {
  return count(withOld(processes), {
    formula: "processes + ceil(processes / 4)",
    inputs: { processes },
    source: EVENT,
  });
}

function tuneSpares(processes: number, threads: number) {
  const workers = processes * threads;
  const least = Math.min(LEAST_SPARE_PROCESSES * threads, workers);
  const inputs = { threads, workers };
  return {
    StartServers: count(Math.min(FIRST_PROCESSES, processes), {
      formula: "min(3, processes)",
      inputs: { processes },
      source: COMMON,
    }),
    MinSpareThreads: count(least, { formula: "min(3 * threads, workers)", inputs, source: COMMON }),
    MaxSpareThreads: count(Math.max(Math.min(MOST_SPARE_PROCESSES * threads, workers), least + threads), {
      formula: "max(min(10 * threads, workers), min(3 * threads, workers) + threads)",
      inputs,
      source: COMMON,
    }),
  };
}
