// Divides PostgreSQL's share: pgtune's values, as far as they fit if every connection sorts at once. In kB.

import { type DataSize, roundToMegabytes, type Workload } from "./postgresql-workload.ts";

const MB = 1024;
const GB = 1024 * MB;

/** Postmaster and background processes: 8 MB measured on PostgreSQL 15, the rest for five autovacuum workers. */
const PROCESSES_KB = 16 * MB;

/** A backend's own memory before work_mem: 1 MB when fresh; 3 MB measured on 15 after wide queries of the catalogue. */
const BACKEND_KB = MB;

/** PostgreSQL's own least work_mem. */
const LEAST_WORK_MEM_KB = 64;

/** The server's default for work_mem, and pgtune's least: before a query gets less, connections are given up. */
export const DEFAULT_WORK_MEM_KB = 4 * MB;

/** Nodes of one query that pgtune expects to sort or hash at a time. */
const NODES_PER_QUERY = 3;

/**
 * All autovacuum workers together have at least this: PostgreSQL's default of three with pgtune's maintenance_work_mem.
 * There are more or larger ones as far as the connections leave room.
 */
const AUTOVACUUM_SHARE = 3 / 16;

/** PostgreSQL's default, which is pgtune's least, and pgtune's most. */
const LEAST_AUTOVACUUM_WORKERS = 3;
const MOST_AUTOVACUUM_WORKERS = 5;

/** pgtune assumes PostgreSQL's default of worker processes on machines too small for parallel queries. */
export const LEAST_WORKERS = 8;
export const PARALLEL_VCPUS = 4;

/**
 * pgtune counts a worker process for each CPU, so that each further CPU takes work_mem away from every query. parbake counts
 * one for each 4 GiB, as much as EC2's general-purpose types have for a CPU: on those it gives pgtune's own numbers.
 */
const MEMORY_PER_WORKER_KB = 4 * GB;

/** pgtune's least, for a desktop. If memory is short, a workload's default is lowered down to it. */
export const LEAST_CONNECTIONS = 20;

/** Bookkeeping of the buffers: descriptors, mapping table, checkpoint sort, about 2 % of them. */
const BUFFER_OVERHEAD = 1 / 50;

/** PostgreSQL counts these two in pages of 8 kB in a 32-bit integer. */
const MOST_SHARED_BUFFERS_KB = 1_073_741_823 * 8;
const MOST_CACHE_KB = 2_147_483_647 * 8;

export interface PostgresMemory {
  readonly connections: number;
  readonly sharedBuffersKb: number;
  readonly effectiveCacheKb: number;
  readonly maintenanceKb: number;
  readonly walBuffersKb: number;
  readonly workMem: WorkMem;
  readonly vacuum: Vacuum;
  /** Parallel workers that the share can bear, and the memory that they and the connections may have together. */
  readonly bearableWorkers: number;
  readonly workersRoomKb: number;
  /** What connections and parallel workers may have together while vacuuming has its least. */
  readonly roomKb: number;
}

interface WorkMem {
  readonly kb: number;
  /** Before rounding. */
  readonly exactKb: number;
  /** pgtune's value, and the same before its least. */
  readonly wantedKb: number;
  readonly formulaKb: number;
  /** There are fewer connections than wanted, and they get PostgreSQL's default and no more. */
  readonly isShort: boolean;
}

interface Vacuum {
  /** What each worker may have. */
  readonly kb: number;
  /** Before rounding. */
  readonly exactKb: number;
  /** What all of them may have together. */
  readonly allKb: number;
  /** What the most workers take beyond what is kept for them. */
  readonly takenKb: number;
  /** Workers that the share can bear. */
  readonly bearableWorkers: number;
}

interface PostgresDemand {
  readonly shareKb: number;
  readonly workload: Workload;
  readonly dataSize: DataSize;
  /** As wanted; with `mayCutConnections` there can be fewer. */
  readonly connections: number;
  readonly mayCutConnections: boolean;
}

/** The share is at least `leastShareKb`. Does not depend on the CPUs. */
export function dividePostgresMemory(wanted: PostgresDemand): PostgresMemory {
  const { shareKb, workload } = wanted;
  const roomKb = roomForBackendsKb(shareKb, workload);
  const connections = computeConnections(wanted, roomKb);
  const isShort = connections < wanted.connections;
  const demand = { ...wanted, connections };
  const workMem = computeWorkMem(demand, roomKb, isShort);
  // By the wanted connections: by those that are left, work_mem would rise and fall with the remainder of a division.
  const vacuum = computeVacuum(wanted, roomKb);
  const workersRoomKb = roomKb - vacuum.takenKb;
  const sharedBuffersKb = Math.min(Math.floor(shareKb / workload.sharedBuffersDivisor), MOST_SHARED_BUFFERS_KB);
  return {
    connections,
    sharedBuffersKb: roundToMegabytes(sharedBuffersKb),
    effectiveCacheKb: roundToMegabytes(Math.min(Math.floor(shareKb * workload.cacheShare), MOST_CACHE_KB)),
    maintenanceKb: roundToMegabytes(Math.floor(maintenanceKb(shareKb, workload))),
    walBuffersKb: computeWalBuffersKb(roundToMegabytes(sharedBuffersKb)),
    workMem,
    vacuum,
    bearableWorkers: computeBearableWorkers(demand, workersRoomKb, workMem),
    workersRoomKb: Math.floor(workersRoomKb),
    roomKb: Math.floor(roomKb),
  };
}

/** The least share that holds these connections. */
export function leastShareKb(workload: Workload, connections: number): number {
  const isEnough = (shareKb: number): boolean =>
    roomForBackendsKb(shareKb, workload) >= (connections + countWorkers(shareKb)) * (BACKEND_KB + LEAST_WORK_MEM_KB);
  let [tooLittle, enough] = [0, 64 * MB];
  while (!isEnough(enough)) [tooLittle, enough] = [enough, enough * 2];
  while (enough - tooLittle > 1) {
    const middle = Math.floor((tooLittle + enough) / 2);
    if (isEnough(middle)) enough = middle;
    else tooLittle = middle;
  }
  return Math.max(enough, 64 * MB);
}

// Memory buys work_mem for a few connections first, up to the server's default, and then connections.
function computeConnections({ connections, mayCutConnections }: PostgresDemand, roomKb: number): number {
  if (!mayCutConnections) return connections;
  const bearable = Math.floor(roomKb / (BACKEND_KB + DEFAULT_WORK_MEM_KB)) - LEAST_WORKERS;
  return Math.min(connections, Math.max(LEAST_CONNECTIONS, bearable));
}

function computeWorkMem(demand: PostgresDemand, roomKb: number, isShort: boolean): WorkMem {
  const perNode = perNodeKb(demand);
  const formulaKb = Math.floor((Math.floor(perNode) * demand.dataSize.workMemTenths) / 10);
  const bearableKb = roomKb / (demand.connections + countWorkers(demand.shareKb)) - BACKEND_KB;
  const exactKb = Math.min(
    Math.max((perNode * demand.dataSize.workMemTenths) / 10, DEFAULT_WORK_MEM_KB),
    bearableKb,
    isShort ? DEFAULT_WORK_MEM_KB : Infinity,
  );
  const wantedKb = Math.max(formulaKb, DEFAULT_WORK_MEM_KB);
  return { kb: roundToMegabytes(Math.min(wantedKb, Math.floor(exactKb))), exactKb, wantedKb, formulaKb, isShort };
}

// pgtune's: every connection and worker process sorts or hashes in three places at once.
function perNodeKb({ shareKb, workload, connections }: PostgresDemand): number {
  const nodes = (connections + countWorkers(shareKb)) * NODES_PER_QUERY;
  return (shareKb * (1 - 1 / workload.sharedBuffersDivisor)) / nodes / workload.workMemDivisor;
}

/** Not rounded: with steps, a little more memory would sometimes give a query less. */
function countWorkers(shareKb: number): number {
  return Math.max(LEAST_WORKERS, shareKb / MEMORY_PER_WORKER_KB);
}

// By the work_mem before rounding: else a further kB of it would sometimes cost a worker.
function computeBearableWorkers(
  { connections, shareKb }: PostgresDemand,
  roomKb: number,
  { exactKb }: WorkMem,
): number {
  const workers = Math.floor(roomKb / (BACKEND_KB + exactKb)) - connections;
  return Math.max(Math.floor(countWorkers(shareKb)), workers);
}

/**
 * What is left for connections and parallel workers once everything else has all that it may take. Not rounded: rounded
 * parts rise in steps, and more memory would sometimes leave less.
 */
function roomForBackendsKb(shareKb: number, workload: Workload): number {
  const sharedBuffersKb = shareKb / workload.sharedBuffersDivisor;
  return (
    shareKb -
    sharedBuffersKb * (1 + BUFFER_OVERHEAD) -
    mostWalBuffersKb(sharedBuffersKb) -
    maintenanceKb(shareKb, workload) -
    keptForVacuumKb(shareKb, workload) -
    PROCESSES_KB
  );
}

function maintenanceKb(shareKb: number, { maintenanceDivisor }: Workload): number {
  return Math.min(shareKb / maintenanceDivisor, 8 * GB);
}

// Vacuum workers get what is kept for them, and what is left once every backend has pgtune's values. Not rounded, as above.
function computeVacuum(demand: PostgresDemand, roomKb: number): Vacuum {
  const { shareKb, workload, dataSize, connections } = demand;
  const workMemKb = Math.max(DEFAULT_WORK_MEM_KB, (perNodeKb(demand) * dataSize.workMemTenths) / 10);
  const spareKb = roomKb - (connections + countWorkers(shareKb)) * (BACKEND_KB + workMemKb);
  const keptKb = keptForVacuumKb(shareKb, workload);
  const allKb = keptKb + Math.max(0, spareKb);
  const eachKb = Math.min(wantedAutovacuumKb(shareKb, workload), allKb / LEAST_AUTOVACUUM_WORKERS);
  const bearableWorkers = Math.max(LEAST_AUTOVACUUM_WORKERS, Math.floor(allKb / eachKb));
  const takenKb = Math.max(0, Math.min(allKb, eachKb * MOST_AUTOVACUUM_WORKERS) - keptKb);
  return { kb: roundToMegabytes(Math.floor(eachKb)), exactKb: eachKb, allKb, takenKb, bearableWorkers };
}

function keptForVacuumKb(shareKb: number, workload: Workload): number {
  return Math.min(wantedAutovacuumKb(shareKb, workload) * MOST_AUTOVACUUM_WORKERS, shareKb * AUTOVACUUM_SHARE);
}

function wantedAutovacuumKb(shareKb: number, workload: Workload): number {
  return Math.min(maintenanceKb(shareKb, workload), 2 * GB);
}

// PostgreSQL's own 3 % of the buffers, up to one WAL segment; close to a segment, the whole one.
function computeWalBuffersKb(sharedBuffersKb: number): number {
  const formulaKb = Math.floor((3 * sharedBuffersKb) / 100);
  return formulaKb > 14 * MB ? 16 * MB : Math.max(formulaKb, 32);
}

// Never less than the rule above gives, and without its step.
function mostWalBuffersKb(sharedBuffersKb: number): number {
  return Math.min(16 * MB, Math.max(32, (3 * sharedBuffersKb * 16) / (14 * 100)));
}
