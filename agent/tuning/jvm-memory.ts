// Divides a JVM's memory into its regions, as the memory calculator of Cloud Foundry and Paketo does. Never rounds up.

import { numberOption, optionalNumber, textOption, booleanOption } from "./read-option.ts";
import type { Bound, Options } from "./setting.ts";
import { GIB, MIB } from "./size.ts";

/** What every loaded class costs, and what the JVM's own classes do: measured by the authors of the calculator. */
const METASPACE_BASE_BYTES = 14_000_000;
const METASPACE_PER_CLASS_BYTES = 5_800;

/** Below 32 GiB a reference takes 4 bytes ("compressed oops"), above it 8: the usual cap, Elasticsearch's too. */
const COMPRESSED_OOPS_HEAP_BYTES = 31 * GIB;

/** Up to here a heap with 8-byte references holds no more objects than one of 31 GiB. */
const WORTHWHILE_LARGE_HEAP_BYTES = 48 * GIB;

/** The least heap in which a service, not only the JVM, comes up. */
export const LEAST_HEAP_BYTES = 64 * MIB;

export interface Regions {
  readonly metaspaceBytes: number;
  readonly codeCacheBytes: number;
  readonly directMemoryBytes: number;
  readonly stacksBytes: number;
}

export function computeRegions(options: Options): Regions {
  return {
    metaspaceBytes:
      optionalNumber(options, "metaspace") ??
      METASPACE_BASE_BYTES + METASPACE_PER_CLASS_BYTES * numberOption(options, "loadedClasses"),
    codeCacheBytes: numberOption(options, "codeCache"),
    directMemoryBytes: numberOption(options, "directMemory"),
    stacksBytes: numberOption(options, "threads") * numberOption(options, "threadStack"),
  };
}

/** What is left for the heap, up to its cap. The memory is at least `memoryForHeap` of the least heap. */
export function computeHeap(memoryBytes: number, options: Options): { heapBytes: number; boundBy: Bound } {
  const userBytes = optionalNumber(options, "heap");
  if (userBytes !== null) return { heapBytes: userBytes, boundBy: "user" };
  const leftBytes = memoryBytes - headroomBytes(memoryBytes, options) - sumRegions(options);
  if (leftBytes <= COMPRESSED_OOPS_HEAP_BYTES || heapIsUnbounded(options, leftBytes)) {
    return { heapBytes: leftBytes, boundBy: null };
  }
  return { heapBytes: COMPRESSED_OOPS_HEAP_BYTES, boundBy: "cap" };
}

/** The least memory that leaves this much for the heap: the inverse of `computeHeap`. */
export function memoryForHeap(heapBytes: number, options: Options): number {
  return Math.ceil(((heapBytes + sumRegions(options)) * 100) / (100 - numberOption(options, "headroomPercent")));
}

export function leastMemoryBytes(options: Options): number {
  return memoryForHeap(optionalNumber(options, "heap") ?? LEAST_HEAP_BYTES, options);
}

export function mostMemoryBytes(options: Options): number {
  const userBytes = optionalNumber(options, "heap");
  if (userBytes !== null) return memoryForHeap(userBytes, options);
  return mayExceedCompressedOops(options) ? Infinity : memoryForHeap(COMPRESSED_OOPS_HEAP_BYTES, options);
}

// ZGC has no compressed references at any size, so it loses nothing by a large heap.
function heapIsUnbounded(options: Options, leftBytes: number): boolean {
  if (textOption(options, "gc") === "zgc") return true;
  return mayExceedCompressedOops(options) && leftBytes >= WORTHWHILE_LARGE_HEAP_BYTES;
}

function mayExceedCompressedOops(options: Options): boolean {
  return booleanOption(options, "largeHeap") || textOption(options, "gc") === "zgc";
}

function sumRegions(options: Options): number {
  const { metaspaceBytes, codeCacheBytes, directMemoryBytes, stacksBytes } = computeRegions(options);
  return metaspaceBytes + codeCacheBytes + directMemoryBytes + stacksBytes;
}

function headroomBytes(memoryBytes: number, options: Options): number {
  return Math.floor((memoryBytes * numberOption(options, "headroomPercent")) / 100);
}
