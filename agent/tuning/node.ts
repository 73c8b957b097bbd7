// Node.js: the old space that V8 would not take by itself, the thread pool, and cluster workers where asked for.

import { bytes, count, text, type Reason } from "./build-setting.ts";
import { booleanOption, optionalNumber } from "./read-option.ts";
import type { Allotment, OptionRule, Options, Profile } from "./setting.ts";
import { MIB } from "./size.ts";

const V8 = "v8, heap/heap.cc, and nodejs.org/api/cli, --max-old-space-size";
const LIBUV = "libuv, src/threadpool.c";
const HEROKU = "heroku/buildpacks-nodejs, WEB_CONCURRENCY.sh";

/** Three semi-spaces of 16 MiB: V8 adds them to --max-old-space-size. */
const YOUNG_BYTES = 48 * MIB;

/** Node's own code and data, outside of the heap. */
const NATIVE_BYTES = 48 * MIB;

/** libuv's stacks since 1.45. All of them together may take an eighth of the process. */
const POOL_STACK_BYTES = 8 * MIB;
const LEAST_POOL = 4;
const MOST_POOL = 1024;

const LEAST_OLD_SPACE_BYTES = 64 * MIB;
const LEAST_PROCESS_BYTES = LEAST_OLD_SPACE_BYTES + YOUNG_BYTES + NATIVE_BYTES + LEAST_POOL * POOL_STACK_BYTES;

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
  ladder: [],
  toShrink: "lower the option workers",
  floorBytes(options) {
    const workers = optionalNumber(options, "workers") ?? 1;
    return workers * LEAST_PROCESS_BYTES + (hasPrimary(options) ? PRIMARY_BYTES : 0);
  },
  capBytes: () => Infinity,
  tune(allotment, options) {
    const { workers, reason } = computeWorkers(allotment, options);
    const processBytes = computeProcessBytes(allotment.memoryBytes, options);
    const oldSpaceMib = computeOldSpaceMib(processBytes);
    const formula = "process * 3 / 4, at most process - young generation - native - thread stacks";
    return {
      workers: count(workers, reason),
      maxOldSpaceSize: bytes(oldSpaceMib * MIB, String(oldSpaceMib), { formula, source: V8 }),
      threadpoolSize: count(...computePool(allotment, processBytes)),
      options: text(`--max-old-space-size=${oldSpaceMib}`, {
        formula: "maxOldSpaceSize as a flag",
        source: "NODE_OPTIONS",
      }),
    };
  },
};

function hasPrimary(options: Options): boolean {
  return booleanOption(options, "cluster") || (optionalNumber(options, "workers") ?? 1) > 1;
}

function computeWorkers({ memoryBytes, vcpus }: Allotment, options: Options): { workers: number; reason: Reason } {
  const formula = "1; in a cluster memory / 512 MiB, at most vcpus";
  const given = optionalNumber(options, "workers");
  if (given !== null) return { workers: given, reason: { formula, source: HEROKU, boundBy: "user" } };
  if (!booleanOption(options, "cluster")) return { workers: 1, reason: { formula, source: HEROKU } };
  const bearable = Math.max(1, Math.floor(memoryBytes / workerBytes(memoryBytes)));
  const boundBy = bearable > vcpus ? "cap" : memoryBytes < SMALL_WORKER_BYTES ? "floor" : null;
  return { workers: Math.min(bearable, vcpus), reason: { formula, source: HEROKU, boundBy } };
}

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
function computeOldSpaceMib(processBytes: number): number {
  const stacksBytes = Math.max(LEAST_POOL * POOL_STACK_BYTES, processBytes / 8);
  const leftBytes = processBytes - YOUNG_BYTES - NATIVE_BYTES - stacksBytes;
  return Math.floor(Math.min((processBytes * 3) / 4, leftBytes) / MIB);
}

function computePool({ vcpus }: Allotment, processBytes: number): [number, Reason] {
  const bearable = Math.max(LEAST_POOL, Math.floor(processBytes / 8 / POOL_STACK_BYTES));
  const threads = Math.min(Math.max(vcpus, LEAST_POOL), bearable, MOST_POOL);
  const boundBy = vcpus < LEAST_POOL ? "floor" : threads === vcpus ? null : threads === bearable ? "share" : "cap";
  return [threads, { formula: "vcpus, 4 to 1024, stacks within 1/8 of the process", source: LIBUV, boundBy }];
}
