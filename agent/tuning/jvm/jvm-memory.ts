// Divides a JVM's memory into its regions, as the memory calculator of Cloud Foundry and Paketo does. Never rounds up.

import { GIB, MIB } from "../../size.ts";
import type { Bound, Options } from "../profile/profile.ts";
import { booleanOption, numberOption, optionalNumber } from "../profile/read-option.ts";
import { chosenCollector, collectorBytes, collectorPercent, heapWithin, untouchedBytes } from "./jvm-collector.ts";

/** The JVM's own classes, and each loaded class: measured by the authors of the calculator. */
const METASPACE_BASE_BYTES = 14_000_000;
const METASPACE_PER_CLASS_BYTES = 5_800;

/** Below 32 GiB a reference takes 4 bytes ("compressed oops"), above it 8: the usual cap, also Elasticsearch's. */
const COMPRESSED_OOPS_HEAP_BYTES = 31 * GIB;

/** Up to here a heap with 8-byte references holds no more objects than one of 31 GiB. */
const WORTHWHILE_LARGE_HEAP_BYTES = 48 * GIB;

/** The least heap in which a service, not only the JVM, comes up. */
const LEAST_HEAP_BYTES = 64 * MIB;

/**
 * The heap that memory buys before more code cache or threads: Heroku's heap for 512 MB (heroku/heroku-buildpack-jvm-common,
 * opt/jvmcommon.sh). A service with too small a heap fails; with too small a code cache it is slower.
 */
const FIRST_HEAP_BYTES = 300 * MIB;

/** `most` is the calculator's; `least`, if memory is short, is a small pool of workers beside the JVM's own threads. */
const THREADS = { least: 20, most: 250 };

/** `most` is the calculator's and HotSpot's with tiered compilation; `least` is HotSpot's without it. */
export const CODE_CACHE_BYTES = { least: 48 * MIB, most: 240 * MIB };

/** A region that is smaller if memory is short. */
export interface Part {
  readonly value: number;
  readonly boundBy: "user" | "ladder" | null;
  /** The memory that was left to buy more than its least. */
  readonly spareBytes: number;
}

export interface JvmMemory {
  readonly headroomBytes: number;
  readonly metaspaceBytes: number;
  readonly directMemoryBytes: number;
  readonly threadStackBytes: number;
  readonly codeCache: Part;
  readonly threads: Part;
  /** All other regions at their least. */
  readonly leastOthersBytes: number;
  /** The collector's memory, in percent of the heap. */
  readonly collectorPercent: number;
  readonly collectorBytes: number;
  /** The part of that which headroom and untouched stacks do not cover: it is subtracted from the heap. */
  readonly collectorBeyondBytes: number;
  readonly heapBytes: number;
  readonly heapBoundBy: Bound;
}

/**
 * The memory is at least `leastMemoryBytes`. The rest goes to the heap up to a first size, then buys back the code cache,
 * then the threads, and then a larger heap: with more memory nothing ever shrinks.
 */
export function divideJvmMemory(memoryBytes: number, options: Options): JvmMemory {
  const headroomBytes = Math.floor((memoryBytes * numberOption(options, "headroomPercent")) / 100);
  const threadStackBytes = numberOption(options, "threadStack");
  const percent = collectorPercent(chosenCollector(options), memoryBytes);
  const leastOthersBytes = sumRegions("least", options);
  const small = fitHeap("least", memoryBytes - headroomBytes, headroomBytes, percent, options);
  const smallHeapBytes = Math.min(small.heapBytes, firstHeapBytes(options));
  const beyondBytes = beyondFor(smallHeapBytes, small.forCollectorBytes, percent);
  const spareBytes = small.restBytes - smallHeapBytes - beyondBytes;
  const wholeMibBytes = Math.floor(spareBytes / MIB) * MIB;
  const codeCache = buyBack(optionalNumber(options, "codeCache"), CODE_CACHE_BYTES, wholeMibBytes);
  const boughtBytes = codeCache.boundBy === "user" ? 0 : codeCache.value - CODE_CACHE_BYTES.least;
  const spareForThreads = codeCache.boundBy === "ladder" ? 0 : spareBytes - boughtBytes;
  const threads = buyBack(optionalNumber(options, "threads"), THREADS, spareForThreads, threadStackBytes);
  const isShort = codeCache.boundBy === "ladder" || threads.boundBy === "ladder";
  const large = fitHeap("most", memoryBytes - headroomBytes, headroomBytes, percent, options);
  const heap = computeHeap(isShort ? smallHeapBytes : large.heapBytes, isShort, options);
  const { forCollectorBytes } = isShort ? small : large;
  return {
    headroomBytes,
    metaspaceBytes: metaspaceBytes(options),
    directMemoryBytes: numberOption(options, "directMemory"),
    threadStackBytes,
    codeCache,
    threads,
    leastOthersBytes,
    collectorPercent: percent,
    collectorBytes: collectorBytes(heap.heapBytes, percent),
    collectorBeyondBytes: beyondFor(heap.heapBytes, forCollectorBytes, percent),
    ...heap,
  };
}

interface FittedHeap {
  /** For the heap and what its collector takes beyond `forCollectorBytes`. */
  readonly restBytes: number;
  /** Headroom and stacks that are never touched. */
  readonly forCollectorBytes: number;
  readonly heapBytes: number;
}

function fitHeap(
  bound: keyof Range,
  usableBytes: number,
  headroomBytes: number,
  percent: number,
  options: Options,
): FittedHeap {
  const restBytes = usableBytes - sumRegions(bound, options);
  const forCollectorBytes = headroomBytes + untouchedStacks(bound, options);
  return { restBytes, forCollectorBytes, heapBytes: Math.floor(heapWithin(restBytes, forCollectorBytes, percent)) };
}

function beyondFor(heapBytes: number, forCollectorBytes: number, percent: number): number {
  return Math.max(0, collectorBytes(heapBytes, percent) - forCollectorBytes);
}

/** The least memory that the JVM comes up in, everything given up that may be. */
export function leastMemoryBytes(options: Options): number {
  return sumAll(leastHeapBytes(options), "least", options);
}

/** The JVM can use no more than this. */
export function mostMemoryBytes(options: Options): number {
  const userBytes = optionalNumber(options, "heap");
  if (userBytes === null && mayExceedCompressedOops(options)) return Infinity;
  if (userBytes === null) return sumAll(COMPRESSED_OOPS_HEAP_BYTES, "most", options);
  // By the least threads: the collector cannot count on stacks of threads that are only bought back later.
  return sumAll(userBytes, "most", options, "least");
}

interface Range {
  readonly least: number;
  readonly most: number;
}

function buyBack(given: number | null, { least, most }: Range, spareBytes: number, unitBytes = 1): Part {
  if (given !== null) return { value: given, boundBy: "user", spareBytes };
  const value = Math.min(most, least + Math.floor(spareBytes / unitBytes));
  return { value, boundBy: value < most ? "ladder" : null, spareBytes };
}

function computeHeap(
  leftBytes: number,
  isShort: boolean,
  options: Options,
): Pick<JvmMemory, "heapBytes" | "heapBoundBy"> {
  const userBytes = optionalNumber(options, "heap");
  if (userBytes !== null) return { heapBytes: userBytes, heapBoundBy: "user" };
  if (isShort) return { heapBytes: leftBytes, heapBoundBy: leftBytes < FIRST_HEAP_BYTES ? "share" : "floor" };
  if (leftBytes <= COMPRESSED_OOPS_HEAP_BYTES || heapIsUnbounded(options, leftBytes))
    return { heapBytes: leftBytes, heapBoundBy: null };
  return { heapBytes: COMPRESSED_OOPS_HEAP_BYTES, heapBoundBy: "cap" };
}

// ZGC has no compressed references at any size, so it loses nothing by a large heap.
function heapIsUnbounded(options: Options, leftBytes: number): boolean {
  if (chosenCollector(options) === "zgc") return true;
  return mayExceedCompressedOops(options) && leftBytes >= WORTHWHILE_LARGE_HEAP_BYTES;
}

export function mayExceedCompressedOops(options: Options): boolean {
  return booleanOption(options, "largeHeap") || chosenCollector(options) === "zgc";
}

function firstHeapBytes(options: Options): number {
  return optionalNumber(options, "heap") ?? FIRST_HEAP_BYTES;
}

function leastHeapBytes(options: Options): number {
  return optionalNumber(options, "heap") ?? LEAST_HEAP_BYTES;
}

function metaspaceBytes(options: Options): number {
  const byClasses = METASPACE_BASE_BYTES + METASPACE_PER_CLASS_BYTES * numberOption(options, "loadedClasses");
  return optionalNumber(options, "metaspace") ?? byClasses;
}

/** All regions but the heap and what its collector takes. */
function sumRegions(bound: keyof Range, options: Options): number {
  const codeCacheBytes = optionalNumber(options, "codeCache") ?? CODE_CACHE_BYTES[bound];
  const stacksBytes = threadsOf(bound, options) * numberOption(options, "threadStack");
  return metaspaceBytes(options) + codeCacheBytes + numberOption(options, "directMemory") + stacksBytes;
}

function threadsOf(bound: keyof Range, options: Options): number {
  return optionalNumber(options, "threads") ?? THREADS[bound];
}

function untouchedStacks(bound: keyof Range, options: Options): number {
  return untouchedBytes(threadsOf(bound, options), numberOption(options, "threadStack"));
}

/** For a heap, all other regions and its collector. */
function sumAll(heapBytes: number, bound: keyof Range, options: Options, stacks: keyof Range = bound): number {
  const regionsBytes = heapBytes + sumRegions(bound, options);
  const withPercent = (percent: number): number =>
    regionsBytes + collectorBytes(heapBytes, percent) - untouchedStacks(stacks, options);
  const collector = chosenCollector(options);
  const atLeastBytes = withHeadroom(regionsBytes, options);
  // The percent depends on the memory that is computed here: first an upper bound of it, then its own percent.
  const mostBytes = Math.max(atLeastBytes, withPercent(collectorPercent(collector, Infinity)));
  return Math.max(atLeastBytes, withPercent(collectorPercent(collector, mostBytes)));
}

// The headroom is rounded down, so this much is enough.
function withHeadroom(neededBytes: number, options: Options): number {
  return Math.ceil((neededBytes * 100) / (100 - numberOption(options, "headroomPercent")));
}
