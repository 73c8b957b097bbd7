// Divides the share of a MySQL or MariaDB: the buffer pool by MySQL's table, all else out of what the table leaves.

import { optionalNumber } from "./read-option.ts";
import type { Bound, Options } from "./setting.ts";
import { GIB, MIB } from "./size.ts";

/** MySQL's default, which is its rule below 1 GiB, and what the pool goes down to where even that does not fit. */
export const DEFAULT_POOL_BYTES = 128 * MIB;
const LEAST_POOL_BYTES = 32 * MIB;

/** MySQL's table, which jumps: from this much memory on (or above it), this share of it. */
const HALF_FROM_BYTES = GIB;
const THREE_QUARTERS_ABOVE_BYTES = 4 * GIB;

/**
 * The manual sees trouble above 1,000 chunks (innodb-buffer-pool-resize), and each instance has whole ones: a pool of several
 * instances has 64, which divide among any number of them, a smaller one chunks of 1 or 2 MiB.
 */
const CHUNKS = 64;
const SEVERAL_INSTANCES_BYTES = GIB;

/** Something that the server holds beside its buffer pool. */
export interface PartRule {
  readonly setting: string;
  /** The option that fixes it. */
  readonly option: string | null;
  readonly least: number;
  readonly most: (memoryBytes: number) => number;
  /** What one of it takes, for each connection or once. */
  readonly unitBytes: number;
  readonly perConnection: boolean;
  /** Rounded down to whole ones of this. */
  readonly step: number;
  readonly bound: Bound;
  /** The pool gives way to it where MySQL's table jumps up. */
  readonly essential?: boolean;
}

export interface InnodbRule {
  /** The process itself, before its first connection. */
  readonly baseBytes: number;
  /** Descriptors, hashes and locks beside the pool, as a part of it. */
  readonly poolOverhead: number;
  /** Session, network buffers, transaction: what a connection has beside the buffers that are parts. */
  readonly connectionBytes: number;
  readonly connections: { readonly least: number; readonly most: number };
  /** In the order in which memory buys them, once there are all connections. */
  readonly parts: readonly PartRule[];
}

export interface Part {
  readonly value: number;
  readonly least: number;
  readonly most: number;
  /** What it takes to have one more of it. */
  readonly eachBytes: number;
  /** What there was to buy it with. */
  readonly spareBytes: number;
  readonly boundBy: Bound;
}

export interface InnodbMemory {
  readonly poolBytes: number;
  /** By MySQL's table. */
  readonly tablePoolBytes: number;
  /** Before rounding. */
  readonly bearablePoolBytes: number;
  readonly connections: Part;
  readonly parts: ReadonlyMap<string, Part>;
}

/** With the least of everything, and all that is given. */
export function leastInnodbBytes(rule: InnodbRule, options: Options): number {
  const poolBytes = givenPool(options) ?? LEAST_POOL_BYTES;
  return Math.ceil(poolBytes * (1 + rule.poolOverhead) + leastRestBytes(rule, options));
}

/**
 * The table's pool is exact wherever the rest fits beside it. Where the table jumps, it leaves less to the rest than it did
 * with less memory: so the rest counts only on what is left at any larger size, and nothing of it ever falls.
 */
export function divideInnodbMemory(memoryBytes: number, rule: InnodbRule, options: Options): InnodbMemory {
  const whole = 1 + rule.poolOverhead;
  const leastRest = leastRestBytes(rule, options);
  const keptBytes = keptAfterJump(whole, leastRest + essentialBytes(rule, options));
  const given = givenPool(options);
  const forRest = memoryBytes > THREE_QUARTERS_ABOVE_BYTES ? Math.max(leastRest, keptBytes) : leastRest;
  const tablePoolBytes = poolByTable(memoryBytes);
  const bearablePoolBytes = given ?? Math.min(tablePoolBytes, (memoryBytes - forRest) / whole);
  const restBytes = given === null ? lastingRestBytes(memoryBytes, whole, keptBytes) : memoryBytes - given * whole;
  const spare = new Spare(restBytes - leastRest);
  const connections = buyConnections(spare, rule, options);
  return {
    poolBytes: given ?? roundPool(Math.max(LEAST_POOL_BYTES, bearablePoolBytes)),
    tablePoolBytes,
    bearablePoolBytes,
    connections,
    parts: new Map(
      rule.parts.map((part) => [part.setting, buyPart(spare, part, memoryBytes, connections.value, options)]),
    ),
  };
}

function poolByTable(memoryBytes: number): number {
  if (memoryBytes < HALF_FROM_BYTES) return DEFAULT_POOL_BYTES;
  return memoryBytes <= THREE_QUARTERS_ABOVE_BYTES ? memoryBytes / 2 : (memoryBytes * 3) / 4;
}

/** What is left beside the pool, here and with any more memory. */
function lastingRestBytes(memoryBytes: number, whole: number, keptBytes: number): number {
  const here = memoryBytes - poolByTable(memoryBytes) * whole;
  if (memoryBytes > THREE_QUARTERS_ABOVE_BYTES) return Math.max(here, keptBytes);
  const afterFirst = memoryBytes < HALF_FROM_BYTES ? HALF_FROM_BYTES * (1 - whole / 2) : Infinity;
  return Math.min(here, afterFirst, keptBytes);
}

// After the table's second jump: what it leaves there, or all that is essential, as far as there was so much before it.
function keptAfterJump(whole: number, essential: number): number {
  const before = THREE_QUARTERS_ABOVE_BYTES * (1 - whole / 2);
  return Math.max(THREE_QUARTERS_ABOVE_BYTES * (1 - (whole * 3) / 4), Math.min(essential, before));
}

/** Beyond the least of everything. */
function essentialBytes(rule: InnodbRule, options: Options): number {
  const { least, most } = rule.connections;
  const missing = optionalNumber(options, "connections") === null ? most - least : 0;
  const parts = rule.parts.filter((part) => part.essential === true);
  const partsBytes = parts.reduce((sum, part) => sum + (part.most(0) - part.least) * part.unitBytes, 0);
  return missing * leastConnectionBytes(rule, options) + partsBytes;
}

// In steps that no number of CPUs changes: InnoDB would round up to whole chunks of each instance, out of the share.
function roundPool(poolBytes: number): number {
  const step = poolBytes < SEVERAL_INSTANCES_BYTES ? smallChunk(poolBytes) : CHUNKS * MIB;
  return Math.floor(poolBytes / step) * step;
}

/** How many chunks the pool has: of a pool that is given, fewer where they would not divide it. */
export function chunksOf(poolBytes: number): number {
  const most = poolBytes < SEVERAL_INSTANCES_BYTES ? Math.floor(poolBytes / smallChunk(poolBytes)) : CHUNKS;
  let chunks = most;
  while (poolBytes % (chunks * MIB) !== 0) chunks = Math.floor(chunks / 2);
  return chunks;
}

function smallChunk(poolBytes: number): number {
  return poolBytes < SEVERAL_INSTANCES_BYTES / 2 ? MIB : 2 * MIB;
}

function givenPool(options: Options): number | null {
  const given = optionalNumber(options, "bufferPool");
  return given === null ? null : Math.floor(given / MIB) * MIB;
}

function leastRestBytes(rule: InnodbRule, options: Options): number {
  const connections = optionalNumber(options, "connections") ?? rule.connections.least;
  const parts = rule.parts.filter(({ perConnection }) => !perConnection);
  return rule.baseBytes + connections * leastConnectionBytes(rule, options) + sumLeast(parts, options);
}

function leastConnectionBytes(rule: InnodbRule, options: Options): number {
  const parts = rule.parts.filter(({ perConnection }) => perConnection);
  return rule.connectionBytes + sumLeast(parts, options);
}

function sumLeast(parts: readonly PartRule[], options: Options): number {
  return parts.reduce((sum, part) => sum + (givenOf(part, options) ?? part.least) * part.unitBytes, 0);
}

function givenOf({ option }: PartRule, options: Options): number | null {
  return option === null ? null : optionalNumber(options, option);
}

function buyConnections(spare: Spare, rule: InnodbRule, options: Options): Part {
  const given = optionalNumber(options, "connections");
  const { least, most } = rule.connections;
  const eachBytes = leastConnectionBytes(rule, options);
  return spare.buy({ given, least, most, eachBytes, step: 1, bound: "ladder" });
}

function buyPart(spare: Spare, part: PartRule, memoryBytes: number, connections: number, options: Options): Part {
  const { least, most, unitBytes, perConnection, step, bound } = part;
  const eachBytes = perConnection ? unitBytes * connections : unitBytes;
  return spare.buy({ given: givenOf(part, options), least, most: most(memoryBytes), eachBytes, step, bound });
}

interface Wish {
  readonly given: number | null;
  readonly least: number;
  readonly most: number;
  readonly eachBytes: number;
  readonly step: number;
  readonly bound: Bound;
}

/** What is left to buy parts with, one after the other: a part gets nothing before the one ahead of it has all. */
class Spare {
  private bytes: number;

  constructor(bytes: number) {
    this.bytes = Math.max(0, bytes);
  }

  /** Reckoned in fractions, rounded down last: so more memory never buys less. A given part is in the least already. */
  buy({ given, least, most, eachBytes, step, bound }: Wish): Part {
    const spareBytes = Math.floor(this.bytes);
    if (given !== null) return { value: given, least: given, most: given, eachBytes, spareBytes, boundBy: "user" };
    const wantedBytes = Math.max(0, most - least) * eachBytes;
    const isShort = this.bytes < wantedBytes;
    const value = isShort ? Math.floor((least + this.bytes / eachBytes) / step) * step : most;
    this.bytes -= Math.min(this.bytes, wantedBytes);
    return { value, least, most, eachBytes, spareBytes, boundBy: value < most ? bound : null };
  }
}
