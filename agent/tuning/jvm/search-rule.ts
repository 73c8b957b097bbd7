// How Elasticsearch and OpenSearch, its fork, divide a server's memory: all but the heap, of which each has a rule of its own. Pure.

import { MIB } from "../../size.ts";
import { COMPRESSED_OOPS_HEAP_BYTES, type ServerRule } from "./jvm-server-memory.ts";

export const SEARCH_RULE: Omit<ServerRule, "heapBytes"> = {
  mostHeapBytes: () => COMPRESSED_OOPS_HEAP_BYTES,
  heapStepBytes: MIB,
  leastHeapBytes: 128 * MIB,
  // About 25,000 classes, by the memory calculator's formula.
  metaspaceBytes: 160 * MIB,
  threadStackBytes: MIB,
  leastThreads: 64,
  leastDirectBytes: 16 * MIB,
  directShare: 1 / 2,
};
