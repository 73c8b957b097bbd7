// Tunes Node.js: the old space that V8 would not take by itself, the thread pool, and cluster workers if the app has them.

import { GIB, MIB, TIB } from "../../size.ts";
import { bytes, count, fromOption, type Reason, text } from "../profile/build-setting.ts";
import type { Allotment, Bound, OptionRules, Options, Profile, Setting } from "../profile/profile.ts";
import { booleanOption, numberOption, optionalNumber } from "../profile/read-option.ts";

const V8 = "v8, heap/heap.cc, and nodejs.org/api/cli, --max-old-space-size";
const SEMI_SPACE = "nodejs.org/api/cli, --max-semi-space-size";
const LIBUV = "libuv, src/threadpool.c";
const HEROKU = "heroku/buildpacks-nodejs, WEB_CONCURRENCY.sh";

/**
 * V8 adds the young generation to --max-old-space-size: three semi-spaces, of 16 MiB in Node 20 and of 64 MiB in Node 24
 * (measured: 512 -> 560 and 704). Set, so that it is the same in all of them.
 */
const SEMI_SPACE_BYTES = 16 * MIB;
const YOUNG_BYTES = 3 * SEMI_SPACE_BYTES;

/** Node's own code and data, outside of the heap. */
const NATIVE_BYTES = 48 * MIB;

/** libuv's stacks since 1.45. All of them together may take an eighth of the process. */
const POOL_STACK_BYTES = 8 * MIB;
/** libuv's default. If not even its stacks fit, there are fewer threads, at least one. */
const DEFAULT_POOL = 4;
const MOST_POOL = 1024;

const LEAST_OLD_SPACE_BYTES = 64 * MIB;
const WITHOUT_POOL_BYTES = LEAST_OLD_SPACE_BYTES + YOUNG_BYTES + NATIVE_BYTES;
const LEAST_PROCESS_BYTES = WITHOUT_POOL_BYTES + POOL_STACK_BYTES;

/** V8's own most on a machine of any size. A larger heap has longer pauses, so the operator must ask for it. */
const USUAL_MOST_HEAP_BYTES = 4 * GIB;
/** AWS Lambda's least. */
const USEFUL_OLD_SPACE_BYTES = 128 * MIB;

/** The process that forks the workers. */
const PRIMARY_BYTES = 64 * MIB;

/** Heroku's WEB_MEMORY, the expected size of a worker. With more memory than that for each CPU, the workers grow. */
const LEAST_WORKER_BYTES = 512 * MIB;

const OPTIONS = {
  // Off by default: an app that runs as one process would get the memory of one worker out of many.
  cluster: { kind: "boolean", default: false, about: "the app runs a process per CPU (node:cluster, PM2)" },
  workers: {
    kind: "integer",
    default: null,
    min: 1,
    max: 1024,
    about: "processes of the app; 1, or by memory and CPUs in a cluster",
  },
  maxHeap: {
    kind: "size",
    default: USUAL_MOST_HEAP_BYTES,
    min: LEAST_OLD_SPACE_BYTES,
    max: TIB,
    about: "the most old space that a process is given",
  },
} satisfies OptionRules;

export const node: Profile = {
  name: "node",
  about: "a Node.js application",
  options: OPTIONS,
  takesMemory: true,
  usualWeight: 1,
  useful: (options) => ({
    maxOldSpaceSize: {
      least: USEFUL_OLD_SPACE_BYTES,
      because: "AWS Lambda gives no function less",
      ...(optionalNumber(options, "workers") === null ? {} : { instead: "lower the option workers" }),
    },
  }),
  ladder: ["threadpoolSize"],
  toShrink: "lower the option workers",
  floorBytes: (options) => memoryFor(optionalNumber(options, "workers") ?? 1, LEAST_PROCESS_BYTES, options),
  capBytes(options, { vcpus }) {
    const workers = optionalNumber(options, "workers") ?? (booleanOption(options, "cluster") ? vcpus : 1);
    return memoryFor(workers, mostProcessBytes(numberOption(options, "maxHeap")), options);
  },
  tune(allotment, options) {
    const processBytes = computeProcessBytes(allotment, options);
    const oldSpace = tuneOldSpace(processBytes, options);
    const semiSpaceMib = SEMI_SPACE_BYTES / MIB;
    return {
      workers: tuneWorkers(allotment, options),
      maxOldSpaceSize: oldSpace,
      maxSemiSpaceSize: bytes(SEMI_SPACE_BYTES, String(semiSpaceMib), {
        formula: "16 MiB",
        source: SEMI_SPACE,
        note: "set, because newer versions of Node take four times as much by default",
      }),
      threadpoolSize: tunePool(allotment, options, processBytes),
      options: text(`--max-old-space-size=${oldSpace.text} --max-semi-space-size=${semiSpaceMib}`, {
        formula: "the two above as flags",
        source: "nodejs.org/api/cli, NODE_OPTIONS",
      }),
    };
  },
};

function memoryFor(workers: number, processBytes: number, options: Options): number {
  return workers * processBytes + (hasPrimary(options) ? PRIMARY_BYTES : 0);
}

function hasPrimary(options: Options): boolean {
  return booleanOption(options, "cluster") || (optionalNumber(options, "workers") ?? 1) > 1;
}

function tuneWorkers({ memoryBytes, vcpus }: Allotment, options: Options): Setting {
  const given = optionalNumber(options, "workers");
  if (given !== null) return count(given, fromOption("workers", given));
  if (!booleanOption(options, "cluster"))
    return count(1, { formula: "1", source: "nodejs.org/api/cluster: off unless the app asks for it" });
  const bearable = Math.max(1, Math.floor(memoryBytes / LEAST_WORKER_BYTES));
  return count(Math.min(bearable, vcpus), {
    formula: "max(1, min(memoryBytes / leastWorkerBytes, vcpus))",
    inputs: { memoryBytes, leastWorkerBytes: LEAST_WORKER_BYTES, vcpus },
    source: HEROKU,
    boundBy: memoryBytes < LEAST_WORKER_BYTES ? "floor" : bearable < vcpus ? "share" : null,
  });
}

// In a cluster a worker has Heroku's size while there are fewer workers than CPUs, then its part of the share. Heroku goes
// from 32 workers down to 8 above 16 GiB; here more memory costs no worker.
function computeProcessBytes({ memoryBytes, vcpus }: Allotment, options: Options): number {
  const given = optionalNumber(options, "workers");
  const ownBytes = memoryBytes - (hasPrimary(options) ? PRIMARY_BYTES : 0);
  if (given !== null) return Math.floor(ownBytes / given);
  if (!booleanOption(options, "cluster")) return ownBytes;
  return Math.max(Math.floor(ownBytes / vcpus), Math.min(memoryBytes, LEAST_WORKER_BYTES) - PRIMARY_BYTES);
}

const OLD_SPACE = "min(processBytes * 3 / 4, processBytes - youngBytes - nativeBytes - stacksBytes, mostBytes)";

// A quarter stays outside of the old space: Node's documentation leaves as much on a machine of 2 GiB.
function tuneOldSpace(processBytes: number, options: Options): Setting {
  const mostBytes = numberOption(options, "maxHeap");
  const stacksBytes = Math.max(DEFAULT_POOL * POOL_STACK_BYTES, Math.floor(processBytes / 8));
  const leftBytes = processBytes - YOUNG_BYTES - NATIVE_BYTES - stacksBytes;
  const bearableBytes = Math.min((processBytes * 3) / 4, leftBytes);
  const wantedBytes = Math.min(bearableBytes, mostBytes);
  const oldSpaceMib = Math.floor(Math.max(wantedBytes, LEAST_OLD_SPACE_BYTES) / MIB);
  const isShare = wantedBytes === leftBytes;
  return bytes(oldSpaceMib * MIB, String(oldSpaceMib), {
    formula: wantedBytes < LEAST_OLD_SPACE_BYTES ? `max(${OLD_SPACE}, 64 MiB)` : OLD_SPACE,
    inputs: { processBytes, youngBytes: YOUNG_BYTES, nativeBytes: NATIVE_BYTES, stacksBytes, mostBytes },
    source: V8,
    boundBy: boundOldSpace(wantedBytes, bearableBytes, leftBytes, options),
    ...(wantedBytes < bearableBytes ? { note: "V8's own most by default: the option maxHeap gives more" } : {}),
    ...(isShare ? { note: "less than the 3/4 of a large process: young generation and stacks" } : {}),
  });
}

function boundOldSpace(wantedBytes: number, bearableBytes: number, leftBytes: number, options: Options): Bound {
  if (wantedBytes < LEAST_OLD_SPACE_BYTES) return "floor";
  if (wantedBytes < bearableBytes) return options["maxHeap"] === USUAL_MOST_HEAP_BYTES ? "cap" : "user";
  return wantedBytes === leftBytes ? "share" : null;
}

/** The size of a process that can use so much old space, by the rule above. */
function mostProcessBytes(oldSpaceBytes: number): number {
  const withFewStacks = oldSpaceBytes + YOUNG_BYTES + NATIVE_BYTES + DEFAULT_POOL * POOL_STACK_BYTES;
  const withManyStacks = ((oldSpaceBytes + YOUNG_BYTES + NATIVE_BYTES) * 8) / 7;
  return Math.ceil(Math.max((oldSpaceBytes * 4) / 3, withFewStacks, withManyStacks));
}

// First threads up to libuv's default, with the old space at its least; then an eighth of the process. A cluster's workers
// have one CPU each, and so the default.
function tunePool({ vcpus }: Allotment, options: Options, processBytes: number): Setting {
  const given = optionalNumber(options, "workers");
  const cpus = given === null && booleanOption(options, "cluster") ? 1 : Math.ceil(vcpus / (given ?? 1));
  const fitting = Math.floor((processBytes - WITHOUT_POOL_BYTES) / POOL_STACK_BYTES);
  const ofLarge = Math.max(DEFAULT_POOL, Math.floor(processBytes / 8 / POOL_STACK_BYTES));
  const bearable = fitting < DEFAULT_POOL ? fitting : ofLarge;
  const threads = Math.min(Math.max(cpus, DEFAULT_POOL), bearable, MOST_POOL);
  return count(threads, {
    ...(threads < DEFAULT_POOL
      ? {
          formula: "(processBytes - withoutPoolBytes) / 8 MiB",
          inputs: { processBytes, withoutPoolBytes: WITHOUT_POOL_BYTES },
        }
      : {
          formula: "max(4, min(cpusOfProcess, processBytes / 8 / 8 MiB, 1024))",
          inputs: { cpusOfProcess: cpus, processBytes },
        }),
    source: LIBUV,
    ...boundPool(threads, cpus, bearable),
  });
}

function boundPool(threads: number, cpus: number, bearable: number): Pick<Reason, "boundBy" | "note"> {
  if (threads < DEFAULT_POOL) return { boundBy: "ladder", note: "fewer than libuv's four, so that their stacks fit" };
  if (threads === cpus) return {};
  if (cpus < DEFAULT_POOL) return { boundBy: "floor" };
  return threads === bearable
    ? { boundBy: "share", note: "the stacks may take an eighth of the process" }
    : { boundBy: "cap" };
}
