// What a garbage collector takes beside the heap: mark bitmaps, card tables, remembered sets. Measured: no program tells it.

import { KIB, MIB } from "../../size.ts";
import type { Options } from "../profile/profile.ts";
import { choiceOption } from "../profile/read-option.ts";

/**
 * Percent of the heap. Measured in OpenJDK 17 with a heap of 4 GiB full of small objects that point at each other all over
 * it: G1 5.1 committed and 4.2 resident (Java 25: 3.0), Parallel 3.9, Serial 0.3. A full collection's mark stacks and what
 * a small heap has beyond that are met by stacks that are never touched. ZGC: Java 17 takes 10, Java 25 from 2 up, by how
 * many objects it moves at a time.
 */
const PERCENT = { g1: 5, serial: 1, parallel: 5, zgc: 10 };

export type Collector = keyof typeof PERCENT;

/** Null: HotSpot chooses by the machine. */
export function chosenCollector(options: Options): Collector | null {
  return options["gc"] === "auto" ? null : choiceOption(options, "gc", PERCENT);
}

export const COLLECTOR_SOURCE = "measured in OpenJDK 17 and 25 (NMT and resident), with a heap full of references";

/** From here on HotSpot takes G1 by itself, given two CPUs: 2 GiB less a tolerance of 256 MiB. */
export const SERVER_CLASS_BYTES = 1792 * MIB;

/** G1's memory is set aside little by little over this range, so that the heap never falls. */
const RAMP_BYTES = 256 * MIB;

/** A stack is reserved in full and touched in part: 0.1 MiB a thread in Kafka under load, 0.3 in Cassandra 5. */
const TOUCHED_STACK_BYTES = 512 * KIB;

/** By the memory alone if no collector is chosen: else a second CPU, with which HotSpot takes G1, would cost heap. */
export function collectorPercent(chosen: Collector | null, memoryBytes: number): number {
  if (chosen !== null) return PERCENT[chosen];
  const { serial, g1 } = PERCENT;
  const towardsG1 = (memoryBytes - SERVER_CLASS_BYTES + RAMP_BYTES) / RAMP_BYTES;
  return serial + (g1 - serial) * Math.min(1, Math.max(0, towardsG1));
}

export function collectorBytes(heapBytes: number, percent: number): number {
  return Math.ceil((heapBytes * percent) / 100);
}

/** What the stacks of so many threads reserve and never touch: it is left to the collector. */
export function untouchedBytes(threads: number, threadStackBytes: number): number {
  return threads * Math.max(0, threadStackBytes - TOUCHED_STACK_BYTES);
}

/** The largest heap that fits together with its collector, which has `forCollectorBytes` outside of `restBytes`. */
export function heapWithin(restBytes: number, forCollectorBytes: number, percent: number): number {
  return Math.min(restBytes, ((restBytes + forCollectorBytes) * 100) / (100 + percent));
}
