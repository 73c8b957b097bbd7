// What the tests of all servers on the JVM share: options at random, and what their settings take together.

import fc from "fast-check";
import type { Settings } from "../../../agent/tuning/profile/profile.ts";
import { GIB, type Given, KIB, MIB, numberOf } from "./alone.ts";

const options = {
  heap: fc.integer({ min: 8 * MIB, max: 16 * GIB }),
  metaspace: fc.integer({ min: 16 * MIB, max: 512 * MIB }),
  codeCache: fc.integer({ min: 4 * MIB, max: 512 * MIB }),
  directMemory: fc.integer({ min: MIB, max: 2 * GIB }),
  threads: fc.integer({ min: 1, max: 2000 }),
  threadStack: fc.integer({ min: 144 * KIB, max: 2 * MIB }),
  pageCacheMin: fc.integer({ min: 0, max: 4 * GIB }),
};

/** None of them, or some. */
export function anyServerOptions(own: Record<string, fc.Arbitrary<string | number | boolean>>): fc.Arbitrary<Given> {
  const rule = fc.record(own, { requiredKeys: [] });
  // A key that is not required is absent, never undefined.
  return fc.oneof(rule, fc.record({ ...own, ...options }, { requiredKeys: [] })) as fc.Arbitrary<Given>;
}

/** HotSpot rounds the heap up to regions of G1: a power of two, 4 MiB where Elasticsearch says so, 32 MiB at most. */
function roundedHeapBytes(settings: Settings): number {
  const heapBytes = numberOf(settings, "heap");
  const regionBytes = Math.max(4 * MIB, Math.min(32 * MIB, 2 ** Math.floor(Math.log2(heapBytes / 2048))));
  return Math.ceil(heapBytes / regionBytes) * regionBytes;
}

/** Of stacks that are touched in full, or up to 512 KiB with the collector at its worst. */
export function serverWorstBytes(settings: Settings): number {
  const regions = ["metaspace", "codeCache", "directMemory", "pageCache"];
  const fullBytes = numberOf(settings, "threads") * numberOf(settings, "threadStack");
  const touchedBytes = numberOf(settings, "threads") * Math.min(512 * KIB, numberOf(settings, "threadStack"));
  const stacks = Math.max(fullBytes, touchedBytes + numberOf(settings, "gcMemory"));
  return regions.reduce((sum, name) => sum + numberOf(settings, name), stacks + roundedHeapBytes(settings));
}
