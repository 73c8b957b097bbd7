// Divides Varnish's share: threads, the storage of what is not cached, and the cache with what each object takes beside it.

import { KIB, MIB } from "../../size.ts";
import type { Bound, Options } from "../profile/profile.ts";
import { numberOption, optionalNumber } from "../profile/read-option.ts";

/** Measured on 7.1: 10 MiB of both processes, 37 while the C compiler makes a small VCL. */
export const BASE_BYTES = 64 * MIB;

/** varnishd's default of two pools: more than one for each CPU is detrimental by its documents, fewer has one acceptor. */
export const POOLS = 2;
/** thread_pool_stack (80k), workspace_client or workspace_backend (96k each), workspace_thread (2k): varnishd's defaults in 7. */
export const THREAD_BYTES = (80 + 96 + 2) * KIB;
const POOL_BYTES = POOLS * THREAD_BYTES;
/** varnishd's defaults of thread_pool_min and thread_pool_max. */
export const LEAST_THREADS = 100;
const MOST_THREADS = 5000;
const THREADS_PART = 8;

/** A page that is passed on has to fit. */
const LEAST_TRANSIENT_BYTES = 16 * MIB;
const TRANSIENT_PART = 8;

const LEAST_CACHE_BYTES = 16 * MIB;
/** By Varnish's documents, about; 933 bytes measured on 7.1. */
export const OBJECT_BYTES = KIB;

export interface VarnishMemory {
  readonly cacheBytes: number;
  readonly transientBytes: number;
  readonly threads: number;
  readonly threadsBoundBy: Bound;
  /** Beyond the least of all. */
  readonly spareForThreadsBytes: number;
  readonly spareForTransientBytes: number;
  readonly forThreadsBytes: number;
}

/** Memory buys the least of all; of what is spare, an eighth for threads, of the rest an eighth for what is passed on. */
export function divideVarnishMemory(memoryBytes: number, options: Options): VarnishMemory {
  const spareBytes = memoryBytes - leastVarnishBytes(options);
  const moreThreadsBytes = isGiven(options, "threads")
    ? 0
    : Math.min(spareBytes / THREADS_PART, (MOST_THREADS - LEAST_THREADS) * POOL_BYTES);
  const spareForTransientBytes = spareBytes - moreThreadsBytes;
  const moreTransientBytes = isGiven(options, "transient") ? 0 : spareForTransientBytes / TRANSIENT_PART;
  const moreCacheBytes = spareForTransientBytes - moreTransientBytes;
  const forThreadsBytes = leastThreads(options) * POOL_BYTES + moreThreadsBytes;
  const threads = Math.floor(forThreadsBytes / POOL_BYTES);
  return {
    cacheBytes: (leastCacheBytes(options) + moreCacheBytes) * cachePart(options),
    transientBytes: leastTransientBytes(options) + moreTransientBytes,
    threads,
    threadsBoundBy: isGiven(options, "threads") ? "user" : threads < MOST_THREADS ? "share" : null,
    spareForThreadsBytes: spareBytes,
    spareForTransientBytes,
    forThreadsBytes,
  };
}

/** The least memory that it comes up in. */
export function leastVarnishBytes(options: Options): number {
  const threadsBytes = leastThreads(options) * POOL_BYTES;
  const leastBytes = BASE_BYTES + numberOption(options, "log") + threadsBytes;
  return leastBytes + leastTransientBytes(options) + leastCacheBytes(options);
}

function leastThreads(options: Options): number {
  return optionalNumber(options, "threads") ?? LEAST_THREADS;
}

function leastTransientBytes(options: Options): number {
  return optionalNumber(options, "transient") ?? LEAST_TRANSIENT_BYTES;
}

/** With what its objects take beside it. */
function leastCacheBytes(options: Options): number {
  return Math.ceil(LEAST_CACHE_BYTES / cachePart(options));
}

/** Of a byte, what is the object's: the rest is what Varnish keeps of it beside the storage. */
function cachePart(options: Options): number {
  const objectBytes = numberOption(options, "objectSize");
  return objectBytes / (objectBytes + OBJECT_BYTES);
}

function isGiven(options: Options, name: string): boolean {
  return options[name] !== null;
}
