// Divides the share of a MySQL or MariaDB: the buffer pool by MySQL's table, everything else by what the table leaves.

import { MIB } from "../../size.ts";
import type { Bound, Options } from "../profile/profile.ts";
import { optionalNumber } from "../profile/read-option.ts";
import { LEAST_POOL_BYTES, poolByTable, roundPool, THREE_QUARTERS_ABOVE_BYTES } from "./innodb-pool.ts";

/** Memory that the server takes beside its buffer pool. */
export interface PartRule {
  readonly setting: string;
  /** The option that fixes it. */
  readonly option: string | null;
  readonly least: number;
  readonly most: (memoryBytes: number) => number;
  /**
   * Memory buys so much of it before more than a few connections; where MySQL's table jumps up, the pool leaves room for it.
   */
  readonly early?: number;
  /** The memory of one of it. */
  readonly unitBytes: number;
  /** How many of it each connection has at worst; 0: the whole server has one. */
  readonly perConnection: number;
  /** The value is a multiple of it, rounded down. */
  readonly step: number;
  /** Where MySQL's table jumps up, the pool leaves room for all of it. */
  readonly essential?: boolean;
}

export interface InnodbRule {
  /** The process itself, before its first connection. */
  readonly baseBytes: number;
  /** Descriptors, hashes and locks beside the pool, as a fraction of it. */
  readonly poolOverhead: number;
  /** Session, network buffers, transaction: what a connection has beside the buffers that are parts. */
  readonly connectionBytes: number;
  /** Memory buys `few` first, then the early amounts of parts, then connections up to `most`. */
  readonly connections: { readonly least: number; readonly few: number; readonly most: number };
  /** In the order in which memory buys the rest of them. */
  readonly parts: readonly PartRule[];
}

export interface Part {
  readonly value: number;
  readonly least: number;
  readonly most: number;
  /** The price of one more of it. */
  readonly eachBytes: number;
  /** The memory that was left to buy it. */
  readonly spareBytes: number;
  /** How many connections have it; null: the whole server has one. */
  readonly connections: number | null;
  readonly boundBy: Bound;
}

export interface InnodbMemory {
  readonly poolBytes: number;
  /** By MySQL's table. */
  readonly tablePoolBytes: number;
  /** Before rounding. */
  readonly bearablePoolBytes: number;
  /** What the pool leaves to everything else. */
  readonly besidePoolBytes: number;
  readonly connections: Part;
  readonly parts: ReadonlyMap<string, Part>;
}

/** With the least of everything, and all that options give. */
export function leastInnodbBytes(rule: InnodbRule, options: Options): number {
  const poolBytes = givenPool(options) ?? LEAST_POOL_BYTES;
  return Math.ceil(poolBytes * (1 + rule.poolOverhead) + leastRestBytes(rule, options));
}

/**
 * The pool is exactly the table's wherever the rest fits beside it. Where the table jumps, it leaves less to the rest than
 * with less memory. So the rest counts only on what every larger size leaves it, too, and no part ever falls.
 */
export function divideInnodbMemory(memoryBytes: number, rule: InnodbRule, options: Options): InnodbMemory {
  const whole = 1 + rule.poolOverhead;
  const leastRest = leastRestBytes(rule, options);
  const keptBytes = keptAfterJump(whole, essentialRestBytes(rule, options));
  const given = givenPool(options);
  const besidePoolBytes = memoryBytes > THREE_QUARTERS_ABOVE_BYTES ? Math.max(leastRest, keptBytes) : leastRest;
  const tablePoolBytes = poolByTable(memoryBytes);
  const bearablePoolBytes = given ?? Math.min(tablePoolBytes, (memoryBytes - besidePoolBytes) / whole);
  const restBytes = given === null ? lastingRestBytes(memoryBytes, whole, keptBytes) : memoryBytes - given * whole;
  return {
    poolBytes: given ?? roundPool(Math.max(LEAST_POOL_BYTES, bearablePoolBytes)),
    tablePoolBytes,
    bearablePoolBytes,
    besidePoolBytes,
    ...buyRest(new Spare(restBytes - leastRest), memoryBytes, rule, options),
  };
}

/** What is left beside the pool, here and with any more memory. */
function lastingRestBytes(memoryBytes: number, whole: number, keptBytes: number): number {
  const here = memoryBytes - poolByTable(memoryBytes) * whole;
  return memoryBytes > THREE_QUARTERS_ABOVE_BYTES ? Math.max(here, keptBytes) : Math.min(here, keptBytes);
}

// After the table's jump: what it leaves there, or all that is essential, as far as the table left so much before the jump.
function keptAfterJump(whole: number, essential: number): number {
  const before = THREE_QUARTERS_ABOVE_BYTES * (1 - whole / 2);
  return Math.max(THREE_QUARTERS_ABOVE_BYTES * (1 - (whole * 3) / 4), Math.min(essential, before));
}

function givenPool(options: Options): number | null {
  const given = optionalNumber(options, "bufferPool");
  return given === null ? null : Math.floor(given / MIB) * MIB;
}

function leastRestBytes(rule: InnodbRule, options: Options): number {
  const connections = optionalNumber(options, "connections") ?? rule.connections.least;
  return sumRest(rule, options, connections, ({ least }) => least);
}

/** All connections, and of each part what the pool leaves room for. */
function essentialRestBytes(rule: InnodbRule, options: Options): number {
  const connections = optionalNumber(options, "connections") ?? rule.connections.most;
  return sumRest(rule, options, connections, ({ least, early, most, essential = false }) =>
    essential ? most(0) : (early ?? least),
  );
}

function sumRest(
  { baseBytes, connectionBytes, parts }: InnodbRule,
  options: Options,
  connections: number,
  amountOf: (part: PartRule) => number,
): number {
  const bytes = parts.map((part) => (givenOf(part, options) ?? amountOf(part)) * eachBytesOf(part, connections));
  return bytes.reduce((sum, each) => sum + each, baseBytes + connections * connectionBytes);
}

/** The price of one for the whole server, or of one for each connection that has it, at least one. */
function eachBytesOf({ unitBytes, perConnection }: PartRule, connections: number): number {
  return perConnection === 0 ? unitBytes : unitBytes * Math.max(1, connections * perConnection);
}

function givenOf({ option }: PartRule, options: Options): number | null {
  return option === null ? null : optionalNumber(options, option);
}

/** Buys one after the other: each only once those before it have all that they want. */
function buyRest(
  spare: Spare,
  memoryBytes: number,
  rule: InnodbRule,
  options: Options,
): Pick<InnodbMemory, "connections" | "parts"> {
  const few = buyConnections(spare, rule, options, "few");
  const early = new Map(
    rule.parts.flatMap((part): [string, Part][] =>
      part.early === undefined
        ? []
        : [[part.setting, buyPart(spare, part, { least: part.least, most: part.early }, few.value, options)]],
    ),
  );
  const all = buyConnections(spare, rule, options, "most");
  const connections = later(few, all);
  const parts = rule.parts.map((part): [string, Part] => {
    const first = early.get(part.setting);
    const most = part.most(memoryBytes);
    const rest = buyPart(spare, part, { least: part.early ?? part.least, most }, connections.value, options);
    return [part.setting, first === undefined ? rest : later(first, rest)];
  });
  return { connections, parts: new Map(parts) };
}

/** Of two purchases of one part, the one that decided: the second, unless nothing was left for it. */
function later(first: Part, second: Part): Part {
  if (second.spareBytes > 0) return second;
  return { ...first, boundBy: first.boundBy ?? (first.value < second.most ? "ladder" : null) };
}

function buyConnections(spare: Spare, rule: InnodbRule, options: Options, until: "few" | "most"): Part {
  const given = optionalNumber(options, "connections");
  const { least, few, most } = rule.connections;
  // The first connections have the least of everything, the others the early amounts.
  const amountOf = (part: PartRule): number => (until === "few" ? part.least : (part.early ?? part.least));
  const perConnection = rule.parts.map(
    (part) => (givenOf(part, options) ?? amountOf(part)) * part.unitBytes * part.perConnection,
  );
  const eachBytes = perConnection.reduce((sum, bytes) => sum + bytes, rule.connectionBytes);
  const range = until === "few" ? { least, most: few } : { least: few, most };
  return spare.buy({ given, ...range, eachBytes, step: 1, connections: null });
}

function buyPart(
  spare: Spare,
  part: PartRule,
  range: Pick<Wish, "least" | "most">,
  connections: number,
  options: Options,
): Part {
  const shared = part.perConnection === 0 ? null : connections;
  const eachBytes = eachBytesOf(part, connections);
  return spare.buy({ given: givenOf(part, options), ...range, eachBytes, step: part.step, connections: shared });
}

interface Wish {
  readonly given: number | null;
  readonly least: number;
  readonly most: number;
  readonly eachBytes: number;
  readonly step: number;
  readonly connections: number | null;
}

/** The memory that is left to buy with. */
class Spare {
  private bytes: number;

  constructor(bytes: number) {
    this.bytes = Math.max(0, bytes);
  }

  /** Rounds down last, so that more memory never buys less. The least already counts what options give. */
  buy({ given, step, ...wish }: Wish): Part {
    const spareBytes = Math.floor(this.bytes);
    if (given !== null) return { ...wish, value: given, least: given, most: given, spareBytes, boundBy: "user" };
    const { least, most, eachBytes } = wish;
    const wantedBytes = Math.max(0, most - least) * eachBytes;
    const isShort = this.bytes < wantedBytes;
    const value = isShort ? Math.floor((least + this.bytes / eachBytes) / step) * step : most;
    this.bytes -= Math.min(this.bytes, wantedBytes);
    return { ...wish, value, spareBytes, boundBy: value < most ? "ladder" : null };
  }
}
