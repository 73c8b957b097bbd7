// Divides the share of a server on the JVM: the heap by its reference's rule, what the JVM takes beside it, page cache.

import { GIB, KIB, MIB } from "../../size.ts";
import type { Bound, Options } from "../profile/profile.ts";
import { numberOption, optionalNumber } from "../profile/read-option.ts";
import { collectorBytes, collectorPercent, heapWithin, untouchedBytes } from "./jvm-collector.ts";
import { CODE_CACHE_BYTES } from "./jvm-memory.ts";

/** Below 32 GiB a reference takes 4 bytes ("compressed oops"): the cap of Elasticsearch and all others. */
export const COMPRESSED_OOPS_HEAP_BYTES = 31 * GIB;

/** What a reference's heap leaves at 1 GiB: from there on direct memory may take three quarters of a larger rest. */
const REST_AT_1_GIB_BYTES = 512 * MIB;

/** HotSpot rounds the heap up to whole regions of G1: 1/2048 of it or smaller, or 4 MiB where a profile sets them. */
const LEAST_ROUNDING_BYTES = 4 * MIB;
const G1_REGIONS = 2048;

/** Every server runs G1, but for Cassandra with CMS, which is counted like it. */
const COLLECTOR_PERCENT = collectorPercent("g1", Infinity);

/** The threads of a server with a thousand CPUs. */
export const MOST_THREADS = 10_000;

export interface ServerRule {
  /**
   * The reference's heap. Continuous, never falling, and together with its collector never rising faster than the memory:
   * the rest must not fall.
   */
  readonly heapBytes: (memoryBytes: number, options: Options) => number;
  /** The reference's largest heap. */
  readonly mostHeapBytes: (options: Options) => number;
  /** The heap is a whole number of these. */
  readonly heapStepBytes: number;
  readonly leastHeapBytes: number;
  readonly metaspaceBytes: number;
  readonly threadStackBytes: number;
  readonly leastThreads: number;
  readonly leastDirectBytes: number;
  /** Direct memory that the reference allows, as a share of the heap. */
  readonly directShare: number;
}

interface Part {
  readonly value: number;
  readonly boundBy: Bound;
}

export interface ServerMemory {
  readonly heap: Part;
  /** Before it is rounded to whole steps: direct memory goes by it. */
  readonly exactHeapBytes: number;
  /** The least of everything else, with the collector's memory that the stacks do not cover. */
  readonly leastBesideBytes: number;
  /** The memory beyond the heap and the least of all other regions. */
  readonly spareBytes: number;
  /** All but the heap and the collector's memory that the stacks do not cover. */
  readonly restBytes: number;
  readonly collectorPercent: number;
  readonly collectorBytes: number;
  /** The part of that which the untouched memory of the least stacks does not cover. */
  readonly collectorBeyondBytes: number;
  readonly metaspaceBytes: number;
  readonly threadStackBytes: number;
  readonly codeCache: Part;
  readonly threads: Part;
  readonly directMemory: Part;
  /** The memory for more than the least threads, once the code cache has what it wants. */
  readonly spareForThreadsBytes: number;
  /** What the share leaves to direct memory. */
  readonly leftForDirectBytes: number;
  readonly pageCacheBytes: number;
}

/** The least heap, the page cache that the option gives, and the least of every other region. */
export function leastServerBytes(rule: ServerRule, options: Options): number {
  const heapBytes = optionalNumber(options, "heap") ?? rule.leastHeapBytes;
  return heapBytes + leastBesideHeap(rule, options) + Math.ceil(beyondFor(heapBytes, rule, options));
}

/** Room for what is rounded, where the code cache is to have all that it wants. */
const ROUNDING_ROOM_BYTES = 64 * MIB;

/**
 * What a server can use whose heap stops growing, and that has no use for more page cache.
 * @param heapShare the heap's largest part of the memory, by the reference
 */
export function mostServerBytes(rule: ServerRule, options: Options, heapShare: number): number {
  const heap = optionalNumber(options, "heap") ?? rule.mostHeapBytes(options);
  const leastBytes = Math.max(heap / heapShare, leastServerBytes(rule, { ...options, heap }));
  return Math.ceil(leastBytes) + CODE_CACHE_BYTES.most + ROUNDING_ROOM_BYTES;
}

/**
 * Memory beyond the least goes to the heap by its rule. The rest buys back the code cache, then threads, then direct memory,
 * and what is left is page cache. Rounds down last, so that no part ever falls.
 */
export function divideServerMemory(memoryBytes: number, rule: ServerRule, options: Options): ServerMemory {
  const ruleHeapBytes = rule.heapBytes(memoryBytes, options);
  const heapAndSpareBytes = memoryBytes - leastBesideHeap(rule, options);
  const mostHeapBytes = largestHeapBytes(heapAndSpareBytes, forCollectorBytes(rule, options));
  const given = optionalNumber(options, "heap");
  const heapBytes = given ?? Math.max(rule.leastHeapBytes, Math.min(ruleHeapBytes, mostHeapBytes));
  const beyondBytes = beyondFor(heapBytes, rule, options);
  const restBytes = memoryBytes - heapBytes - beyondBytes;
  const stackBytes = threadStackOf(rule, options);
  const spareBytes = Math.max(0, heapAndSpareBytes - heapBytes - beyondBytes - extraRounding(restBytes));
  const spare = new Spare(spareBytes);
  const codeCacheBytes = spare.buy(options, "codeCache", CODE_CACHE_BYTES.least, CODE_CACHE_BYTES.most);
  const spareForThreadsBytes = Math.floor(spare.bytes);
  const wantedThreads = Math.min(wantedStacksBytes(restBytes) / stackBytes, MOST_THREADS);
  const threads = spare.buy(options, "threads", rule.leastThreads, wantedThreads, stackBytes);
  const leftForDirectBytes = Math.min(mostDirectBytes(restBytes), rule.leastDirectBytes + spare.bytes);
  const wantedDirectBytes = Math.min(heapBytes * rule.directShare, mostDirectBytes(restBytes));
  const directBytes = spare.buy(options, "directMemory", rule.leastDirectBytes, wantedDirectBytes);
  return {
    collectorPercent: COLLECTOR_PERCENT,
    collectorBytes: collectorBytes(heapBytes, COLLECTOR_PERCENT),
    collectorBeyondBytes: Math.ceil(beyondBytes),
    restBytes: Math.floor(restBytes),
    heap: {
      value: given ?? roundDown(heapBytes, rule.heapStepBytes),
      boundBy: heapBound(heapBytes, ruleHeapBytes, rule.mostHeapBytes(options), given),
    },
    exactHeapBytes: Math.floor(heapBytes),
    leastBesideBytes: Math.ceil(
      leastBesideHeap(rule, options) + beyondBytes + extraRoundingOf(given === null ? heapBytes : 0),
    ),
    spareBytes: Math.floor(spareBytes),
    spareForThreadsBytes,
    leftForDirectBytes: Math.floor(leftForDirectBytes),
    metaspaceBytes: metaspaceOf(rule, options),
    threadStackBytes: stackBytes,
    codeCache: part(options, "codeCache", codeCacheBytes, codeCacheBytes < CODE_CACHE_BYTES.most ? "ladder" : null),
    threads: threadsPart(options, threads, wantedThreads, rule.leastThreads, spareForThreadsBytes / stackBytes),
    directMemory: part(
      options,
      "directMemory",
      directBytes,
      directBound(heapBytes * rule.directShare, leftForDirectBytes, rule),
    ),
    pageCacheBytes: Math.floor(numberOption(options, "pageCacheMin") + spare.bytes),
  };
}

/** The memory that is left to buy parts with. */
class Spare {
  bytes: number;

  constructor(bytes: number) {
    this.bytes = bytes;
  }

  /** @param eachBytes the price of one; the least already counts a part that an option gives */
  buy(options: Options, name: string, least: number, wanted: number, eachBytes = 1): number {
    const given = optionalNumber(options, name);
    if (given !== null) return given;
    const takenBytes = Math.min(this.bytes, Math.max(0, wanted - least) * eachBytes);
    this.bytes -= takenBytes;
    return least + takenBytes / eachBytes;
  }
}

function leastBesideHeap(rule: ServerRule, options: Options): number {
  const threads = optionalNumber(options, "threads") ?? rule.leastThreads;
  return (
    metaspaceOf(rule, options) +
    (optionalNumber(options, "codeCache") ?? CODE_CACHE_BYTES.least) +
    threads * threadStackOf(rule, options) +
    (optionalNumber(options, "directMemory") ?? rule.leastDirectBytes) +
    numberOption(options, "pageCacheMin") +
    Math.max(LEAST_ROUNDING_BYTES, Math.ceil((optionalNumber(options, "heap") ?? 0) / G1_REGIONS))
  );
}

/** The largest heap that fits with its collector and with what HotSpot rounds it up by, of which `restBytes` lacks the least. */
function largestHeapBytes(restBytes: number, untouchedStackBytes: number): number {
  const roundedBytes = restBytes + LEAST_ROUNDING_BYTES;
  const withRounding = ((roundedBytes + untouchedStackBytes) * 100) / (100 + COLLECTOR_PERCENT + 100 / G1_REGIONS);
  const withRoundingAlone = (roundedBytes * G1_REGIONS) / (G1_REGIONS + 1);
  return Math.min(heapWithin(restBytes, untouchedStackBytes, COLLECTOR_PERCENT), withRounding, withRoundingAlone);
}

/** What a large heap is rounded up by beyond the least. */
function extraRoundingOf(heapBytes: number): number {
  return Math.max(0, heapBytes / G1_REGIONS - LEAST_ROUNDING_BYTES);
}

/** Not rounded, so that heap and collector rise as steadily as the memory. */
function beyondFor(heapBytes: number, rule: ServerRule, options: Options): number {
  return Math.max(0, (heapBytes * COLLECTOR_PERCENT) / 100 - forCollectorBytes(rule, options));
}

function forCollectorBytes(rule: ServerRule, options: Options): number {
  return untouchedBytes(optionalNumber(options, "threads") ?? rule.leastThreads, threadStackOf(rule, options));
}

// By the rest, which never falls. By the heap it would take from the page cache where only the heap grows.
function extraRounding(restBytes: number): number {
  return Math.max(0, restBytes / 512 - LEAST_ROUNDING_BYTES);
}

// An eighth of the rest of a small share; a large share has more memory for each thread.
function wantedStacksBytes(restBytes: number): number {
  return Math.min(restBytes, 4 * GIB) / 8 + Math.max(0, restBytes - 4 * GIB) / 32;
}

// Grows no faster than the rest without its threads, so that the page cache never falls.
function mostDirectBytes(restBytes: number): number {
  const thirdBytes = REST_AT_1_GIB_BYTES / 3;
  return Math.max(restBytes / 3, thirdBytes + ((restBytes - REST_AT_1_GIB_BYTES) * 3) / 4);
}

function metaspaceOf(rule: ServerRule, options: Options): number {
  return optionalNumber(options, "metaspace") ?? rule.metaspaceBytes;
}

function threadStackOf(rule: ServerRule, options: Options): number {
  return optionalNumber(options, "threadStack") ?? rule.threadStackBytes;
}

function heapBound(heapBytes: number, ruleHeapBytes: number, mostBytes: number, given: number | null): Bound {
  if (given !== null) return "user";
  if (heapBytes > ruleHeapBytes) return "floor";
  if (heapBytes < ruleHeapBytes) return "share";
  return heapBytes === mostBytes ? "cap" : null;
}

function directBound(wantedBytes: number, leftBytes: number, { leastDirectBytes }: ServerRule): Bound {
  if (wantedBytes < leastDirectBytes) return "floor";
  return leftBytes < wantedBytes ? "share" : null;
}

function part(options: Options, name: string, bytes: number, bound: Bound): Part {
  const given = optionalNumber(options, name);
  return { value: given ?? roundDown(bytes, MIB), boundBy: given === null ? bound : "user" };
}

function threadsPart(options: Options, threads: number, wanted: number, least: number, spareThreads: number): Part {
  const given = optionalNumber(options, "threads");
  if (given !== null) return { value: given, boundBy: "user" };
  if (wanted <= least) return { value: Math.floor(threads), boundBy: "floor" };
  if (spareThreads < wanted - least) return { value: Math.floor(threads), boundBy: "share" };
  return { value: Math.floor(threads), boundBy: wanted >= MOST_THREADS ? "cap" : null };
}

function roundDown(bytes: number, stepBytes: number): number {
  return Math.floor(bytes / stepBytes) * stepBytes;
}

/** As HotSpot reads it: in MiB, else in KiB. */
export function formatJvmSize(sizeBytes: number): string {
  return sizeBytes % MIB === 0 ? `${sizeBytes / MIB}m` : `${Math.floor(sizeBytes / KIB)}k`;
}
