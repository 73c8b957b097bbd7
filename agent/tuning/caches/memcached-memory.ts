// Divides memcached's share: items, connections and threads in turn, and a hash table that never has to grow.

import { KIB, MIB } from "../../size.ts";
import type { Bound, Options } from "../profile/profile.ts";
import { numberOption, optionalNumber } from "../profile/read-option.ts";

/** 4.7 MiB measured on 1.6, binary included. */
const BASE_BYTES = 8 * MIB;

/** Each slab class gets a first page even if -m is used up: 36 pages beyond it measured. */
const FIRST_PAGES_BYTES = 40 * MIB;

/** 70 KiB measured for a connection that asks for 50 items and does not read them; 1 KiB for an idle one. */
export const CONNECTION_BYTES = 72 * KIB;

const THREAD_BYTES = MIB;
const LEAST_THREADS = 4;
/** Above this memcached warns. */
export const MOST_THREADS = 64;
const MOST_EXTRA_THREADS_BYTES = (MOST_THREADS - LEAST_THREADS) * THREAD_BYTES;
const THREADS_PART = 16;

/** memcached's defaults, bought back in this order where memory is short. */
const DEFAULT_ITEMS_BYTES = 64 * MIB;
const DEFAULT_CONNECTIONS = 1024;
/** ElastiCache's for every node type: a large cache has more clients. They get this part of what is left. */
export const MOST_CONNECTIONS = 65_000;
const CONNECTIONS_PART = 16;
const LEAST_ITEMS_BYTES = 8 * MIB;
const LEAST_CONNECTIONS = 64;

/** The smallest item; buckets of a pointer each, as many as two thirds of the items; memcached's range of powers. */
export const LEAST_ITEM_BYTES = 96;
const BUCKET_BYTES = 8;
const ITEMS_PER_BUCKET = 1.5;
export const LEAST_POWER = 16;
export const MOST_POWER = 32;

export interface Division {
  readonly itemsBytes: number;
  readonly hashpower: number;
  readonly connections: number;
  readonly connectionsBoundBy: Bound;
  /** The threads that the memory bears. Independent of the CPUs: more of them must not take memory from the items. */
  readonly bearableThreads: number;
  /** What the items and their hash table get together. */
  readonly tableAndItemsBytes: number;
}

/** Memory buys memcached's default of items, then its default of connections, then threads, connections and items beyond. */
export function divideMemcachedMemory(memoryBytes: number, options: Options): Division {
  const given = givenItems(options);
  let spareBytes = memoryBytes - leastMemcachedBytes(options);
  const buy = (wantedBytes: number): number => {
    const boughtBytes = Math.max(0, Math.min(spareBytes, wantedBytes));
    spareBytes -= boughtBytes;
    return boughtBytes;
  };
  const least = withTable(given ?? leastItems(options));
  const first = given === null ? buy(Math.max(0, withTable(DEFAULT_ITEMS_BYTES) - least)) : 0;
  const fixed = optionalNumber(options, "connections");
  const missing = fixed === null ? DEFAULT_CONNECTIONS - LEAST_CONNECTIONS : 0;
  const usual = (fixed ?? LEAST_CONNECTIONS) + buy(missing * CONNECTION_BYTES) / CONNECTION_BYTES;
  const mayAddThreads = optionalNumber(options, "threads") === null;
  const forThreadsBytes = given === null ? spareBytes / THREADS_PART : spareBytes;
  const threadsBytes = mayAddThreads ? buy(Math.min(forThreadsBytes, MOST_EXTRA_THREADS_BYTES)) : 0;
  // Connections beyond the default are for a cache that grows: with fixed items there are none.
  const more = fixed === null && given === null ? MOST_CONNECTIONS - DEFAULT_CONNECTIONS : 0;
  const moreBytes = buy(Math.min(spareBytes / CONNECTIONS_PART, more * CONNECTION_BYTES));
  const connections = Math.floor(usual + moreBytes / CONNECTION_BYTES);
  const tableAndItemsBytes = least + first + (given === null ? Math.max(0, spareBytes) : 0);
  const items = given === null ? fitItems(tableAndItemsBytes) : { itemsBytes: given, hashpower: powerFor(given) };
  return {
    ...items,
    connections,
    connectionsBoundBy: fixed !== null ? "user" : boundOf(connections),
    bearableThreads: LEAST_THREADS + Math.floor(threadsBytes / THREAD_BYTES),
    tableAndItemsBytes,
  };
}

function boundOf(connections: number): Bound {
  if (connections < DEFAULT_CONNECTIONS) return "ladder";
  return connections === MOST_CONNECTIONS ? "cap" : null;
}

/** The most items together with the hash table that they need if all are of the smallest size. */
function fitItems(bothBytes: number): Pick<Division, "itemsBytes" | "hashpower"> {
  let [itemsBytes, hashpower] = [0, LEAST_POWER];
  for (let power = LEAST_POWER; power <= MOST_POWER; power++) {
    const fitting = Math.min(itemsIn(power), bothBytes - tableBytes(power));
    if (fitting > itemsBytes) [itemsBytes, hashpower] = [fitting, power];
  }
  return { itemsBytes: Math.floor(itemsBytes / MIB) * MIB, hashpower };
}

export function tableBytes(power: number): number {
  return BUCKET_BYTES * 2 ** power;
}

/** What a table holds before it grows; the largest never does. */
export function itemsIn(power: number): number {
  return power === MOST_POWER ? Infinity : LEAST_ITEM_BYTES * ITEMS_PER_BUCKET * 2 ** power;
}

function powerFor(itemsBytes: number): number {
  let power = LEAST_POWER;
  while (itemsIn(power) < itemsBytes) power += 1;
  return power;
}

function withTable(itemsBytes: number): number {
  return itemsBytes + tableBytes(powerFor(itemsBytes));
}

function givenItems(options: Options): number | null {
  const given = optionalNumber(options, "memory");
  return given === null ? null : Math.floor(given / MIB) * MIB;
}

/** memcached refuses a largest item of more than half of -m. */
export function leastForItem(options: Options): number {
  return Math.ceil((2 * numberOption(options, "itemSize")) / MIB) * MIB;
}

function leastItems(options: Options): number {
  return Math.max(LEAST_ITEMS_BYTES, leastForItem(options));
}

export function leastMemcachedBytes(options: Options): number {
  const connections = optionalNumber(options, "connections") ?? LEAST_CONNECTIONS;
  return besidesBytes(connections, optionalNumber(options, "threads") ?? LEAST_THREADS, options);
}

export function mostMemcachedBytes(options: Options): number {
  const connections = optionalNumber(options, "connections") ?? DEFAULT_CONNECTIONS;
  return besidesBytes(connections, optionalNumber(options, "threads") ?? MOST_THREADS, options);
}

function besidesBytes(connections: number, threads: number, options: Options): number {
  const items = withTable(givenItems(options) ?? leastItems(options));
  return BASE_BYTES + FIRST_PAGES_BYTES + threads * THREAD_BYTES + connections * CONNECTION_BYTES + items;
}
