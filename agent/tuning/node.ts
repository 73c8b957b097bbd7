// Node.js: the old space that V8 would not take by itself, the thread pool, and cluster workers where asked for.

import { bytes, count, text, type Reason } from "./build-setting.ts";
import { booleanOption, optionalNumber } from "./read-option.ts";
import type { Allotment, OptionRule, Options, Profile, Setting } from "./setting.ts";
import { MIB } from "./size.ts";

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
/** libuv's default: given up, down to a single thread, where not even its stacks fit. */
const DEFAULT_POOL = 4;
const MOST_POOL = 1024;

const LEAST_OLD_SPACE_BYTES = 64 * MIB;
const WITHOUT_POOL_BYTES = LEAST_OLD_SPACE_BYTES + YOUNG_BYTES + NATIVE_BYTES;
const LEAST_PROCESS_BYTES = WITHOUT_POOL_BYTES + POOL_STACK_BYTES;

/** The process that forks the workers. */
const PRIMARY_BYTES = 64 * MIB;

/**
 * Heroku gives a worker 512 MiB up to 16 GiB and 2 GiB above, which drops from 32 workers to 8 on the way. Here the 32
 * workers grow from the one size to the other, so that more memory never costs any.
 */
const SMALL_WORKER_BYTES = 512 * MIB;
const LARGE_WORKER_BYTES = 2048 * MIB;
const WORKERS_BETWEEN = 32;

const OPTIONS: Readonly<Record<string, OptionRule>> = {
  // Off: an app that runs as one process would be left with the memory of one worker out of many.
  cluster: { kind: "boolean", default: false, about: "the app runs a process per CPU (node:cluster, PM2)" },
  workers: {
    kind: "integer",
    default: null,
    min: 1,
    max: 1024,
    about: "processes of the app; 1, or by memory and CPUs in a cluster",
  },
};

export const node: Profile = {
  name: "node",
  about: "a Node.js application",
  options: OPTIONS,
  takesMemory: true,
  usualWeight: 1,
  useful: () => ({}),
  ladder: ["threadpoolSize"],
  toShrink: "lower the option workers",
  floorBytes(options) {
    const workers = optionalNumber(options, "workers") ?? 1;
    return workers * LEAST_PROCESS_BYTES + (hasPrimary(options) ? PRIMARY_BYTES : 0);
  },
  capBytes: () => Infinity,
  tune(allotment, options) {
    const processBytes = computeProcessBytes(allotment.memoryBytes, options);
    const oldSpace = tuneOldSpace(processBytes);
    const semiSpaceMib = SEMI_SPACE_BYTES / MIB;
    return {
      workers: tuneWorkers(allotment, options),
      maxOldSpaceSize: oldSpace,
      maxSemiSpaceSize: bytes(SEMI_SPACE_BYTES, String(semiSpaceMib), {
        formula: "16 MiB",
        source: SEMI_SPACE,
        note: "set, because newer versions of Node take four times as much by themselves",
      }),
      threadpoolSize: tunePool(allotment, processBytes),
      options: text(`--max-old-space-size=${oldSpace.text} --max-semi-space-size=${semiSpaceMib}`, {
        formula: "the two above as flags",
        source: "nodejs.org/api/cli, NODE_OPTIONS",
      }),
    };
  },
};

function hasPrimary(options: Options): boolean {
  return booleanOption(options, "cluster") || (optionalNumber(options, "workers") ?? 1) > 1;
}

function tuneWorkers({ memoryBytes, vcpus }: Allotment, options: Options): Setting {
  const given = optionalNumber(options, "workers");
  if (given !== null)
    return count(given, { formula: "workers", inputs: { workers: given }, source: "the option", boundBy: "user" });
  if (!booleanOption(options, "cluster"))
    return count(1, { formula: "1", source: "nodejs.org/api/cluster: off unless the app asks for it" });
  const shareBytes = workerBytes(memoryBytes);
  const bearable = Math.max(1, Math.floor(memoryBytes / shareBytes));
  return count(Math.min(bearable, vcpus), {
    formula: "max(1, min(memoryBytes / workerBytes, vcpus))",
    inputs: { memoryBytes, workerBytes: shareBytes, vcpus },
    source: HEROKU,
    boundBy: bearable > vcpus ? "cap" : memoryBytes < SMALL_WORKER_BYTES ? "floor" : null,
    ...(shareBytes > SMALL_WORKER_BYTES ? { note: SMOOTH_NOTE } : {}),
  });
}

const SMOOTH_NOTE = "heroku goes from 32 workers to 8 when memory passes 16 GiB; here the workers grow instead";

// In a cluster by the memory alone, never by the CPUs: a worker would shrink on a machine that has more of them.
function computeProcessBytes(memoryBytes: number, options: Options): number {
  const given = optionalNumber(options, "workers");
  if (given !== null) return Math.floor((memoryBytes - (hasPrimary(options) ? PRIMARY_BYTES : 0)) / given);
  return booleanOption(options, "cluster") ? workerBytes(memoryBytes) - PRIMARY_BYTES : memoryBytes;
}

function workerBytes(memoryBytes: number): number {
  const grownBytes = Math.floor(memoryBytes / WORKERS_BETWEEN);
  return Math.min(memoryBytes, Math.max(SMALL_WORKER_BYTES, Math.min(grownBytes, LARGE_WORKER_BYTES)));
}

// A quarter stays outside of the old space: Node's documentation leaves as much on a machine of 2 GiB.
function tuneOldSpace(processBytes: number): Setting {
  const stacksBytes = Math.max(DEFAULT_POOL * POOL_STACK_BYTES, Math.floor(processBytes / 8));
  const leftBytes = processBytes - YOUNG_BYTES - NATIVE_BYTES - stacksBytes;
  const wantedBytes = Math.min((processBytes * 3) / 4, leftBytes);
  const oldSpaceMib = Math.floor(Math.max(wantedBytes, LEAST_OLD_SPACE_BYTES) / MIB);
  return bytes(oldSpaceMib * MIB, String(oldSpaceMib), {
    formula: "min(processBytes * 3 / 4, processBytes - youngBytes - nativeBytes - stacksBytes)",
    inputs: { processBytes, youngBytes: YOUNG_BYTES, nativeBytes: NATIVE_BYTES, stacksBytes },
    source: V8,
    boundBy: wantedBytes < LEAST_OLD_SPACE_BYTES ? "floor" : wantedBytes === leftBytes ? "share" : null,
    ...(wantedBytes === leftBytes ? { note: "less than the 3/4 of a large process: young generation and stacks" } : {}),
  });
}

// Stages: threads up to libuv's default, with the old space at its least; then an eighth of the process.
function tunePool({ vcpus }: Allotment, processBytes: number): Setting {
  const fitting = Math.floor((processBytes - WITHOUT_POOL_BYTES) / POOL_STACK_BYTES);
  const ofLarge = Math.max(DEFAULT_POOL, Math.floor(processBytes / 8 / POOL_STACK_BYTES));
  const bearable = fitting < DEFAULT_POOL ? fitting : ofLarge;
  const threads = Math.min(Math.max(vcpus, DEFAULT_POOL), bearable, MOST_POOL);
  return count(threads, {
    formula: "min(max(vcpus, 4), processBytes / 8 / 8 MiB, 1024)",
    inputs: { vcpus, processBytes },
    source: LIBUV,
    ...boundPool(threads, vcpus, bearable),
  });
}

function boundPool(threads: number, vcpus: number, bearable: number): Pick<Reason, "boundBy" | "note"> {
  if (threads < DEFAULT_POOL) return { boundBy: "ladder", note: "fewer than libuv's four, so that their stacks fit" };
  if (threads === vcpus) return {};
  if (vcpus < DEFAULT_POOL) return { boundBy: "floor" };
  return threads === bearable
    ? { boundBy: "share", note: "the stacks may take an eighth of the process" }
    : { boundBy: "cap" };
}
