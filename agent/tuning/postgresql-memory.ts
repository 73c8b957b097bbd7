// Divides PostgreSQL's share: pgtune's values, held to what it can bear when every connection sorts at once. In kB.

import type { DataSize, Workload } from "./postgresql-workload.ts";

const MB = 1024;
const GB = 1024 * MB;

/** Postmaster and the processes that always run: 8 MB measured on PostgreSQL 15, the rest for five autovacuum workers. */
const PROCESSES_KB = 16 * MB;

/** A backend's own memory before work_mem: 1 MB when fresh; 3 MB measured on 15 after wide queries of the catalogue. */
const BACKEND_KB = MB;

/** PostgreSQL's own least work_mem. */
const LEAST_WORK_MEM_KB = 64;

/** The server's default for work_mem, and pgtune's least: with less, connections are given up first. */
const DEFAULT_WORK_MEM_KB = 4 * MB;

/** Nodes of one query that pgtune expects to sort or hash at a time. */
const NODES_PER_QUERY = 3;

/**
 * All autovacuum workers together have at least this: three with pgtune's maintenance_work_mem, which is what PostgreSQL
 * has by default. More of them, or larger ones, as far as the connections leave room.
 */
const AUTOVACUUM_SHARE = 3 / 16;

/** The most that pgtune has. */
const MOST_AUTOVACUUM_WORKERS = 5;

/** pgtune reckons with PostgreSQL's default of worker processes on machines too small for parallel queries. */
const DEFAULT_WORKER_PROCESSES = 8;
export const PARALLEL_VCPUS = 4;

/** pgtune's least, for a desktop. A workload's default of more is cut down to it where memory is short. */
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
  readonly autovacuumKb: number;
  readonly walBuffersKb: number;
  readonly workMemKb: number;
  /** What pgtune gives. */
  readonly wantedWorkMemKb: number;
  /** Before pgtune's least. */
  readonly formulaWorkMemKb: number;
  /** Parallel workers that the share can bear, up to the CPUs. */
  readonly parallelWorkers: number;
  /** All that connections and parallel workers may have together. */
  readonly roomKb: number;
}

export interface PostgresDemand {
  readonly shareKb: number;
  readonly workload: Workload;
  readonly dataSize: DataSize;
  /** Wanted; with `mayCutConnections` there can be fewer. */
  readonly connections: number;
  readonly mayCutConnections: boolean;
  readonly autovacuumWorkers: number;
  readonly vcpus: number;
}

/** The share is at least `leastShareKb`. */
export function dividePostgresMemory(wanted: PostgresDemand): PostgresMemory {
  const { shareKb, workload, vcpus } = wanted;
  const roomKb = roomForBackendsKb(shareKb, workload, wanted.autovacuumWorkers);
  const demand = { ...wanted, connections: computeConnections(wanted, roomKb) };
  const sharedBuffersKb = Math.min(Math.floor(shareKb / workload.sharedBuffersDivisor), MOST_SHARED_BUFFERS_KB);
  return {
    connections: demand.connections,
    sharedBuffersKb,
    effectiveCacheKb: Math.min(Math.floor(shareKb * workload.cacheShare), MOST_CACHE_KB),
    maintenanceKb: Math.floor(maintenanceKb(shareKb, workload)),
    // By the connections that were wanted: with those that are left, the rest of a division would come and go.
    autovacuumKb: Math.floor(autovacuumKb(wanted, roomKb)),
    walBuffersKb: computeWalBuffersKb(sharedBuffersKb),
    parallelWorkers: vcpus < PARALLEL_VCPUS ? PARALLEL_VCPUS : Math.min(vcpus, bearableWorkers(demand, roomKb)),
    roomKb: Math.floor(roomKb),
    ...computeWorkMem(demand, wanted.connections, roomKb, sharedBuffersKb),
  };
}

/** The least share that holds these connections. Knows no CPUs: with few of them, fewer workers make up for it. */
export function leastShareKb(workload: Workload, connections: number): number {
  const neededKb = (connections + DEFAULT_WORKER_PROCESSES) * (BACKEND_KB + LEAST_WORK_MEM_KB);
  let [tooLittle, enough] = [0, 64 * MB];
  while (roomForBackendsKb(enough, workload, MOST_AUTOVACUUM_WORKERS) < neededKb)
    [tooLittle, enough] = [enough, enough * 2];
  while (enough - tooLittle > 1) {
    const middle = Math.floor((tooLittle + enough) / 2);
    if (roomForBackendsKb(middle, workload, MOST_AUTOVACUUM_WORKERS) < neededKb) tooLittle = middle;
    else enough = middle;
  }
  return Math.max(enough, 64 * MB);
}

// Memory buys work_mem for a few connections first, up to the server's default, and then connections.
function computeConnections({ connections, mayCutConnections }: PostgresDemand, roomKb: number): number {
  if (!mayCutConnections) return connections;
  const bearable = Math.floor(roomKb / (BACKEND_KB + DEFAULT_WORK_MEM_KB)) - DEFAULT_WORKER_PROCESSES;
  return Math.min(connections, Math.max(LEAST_CONNECTIONS, bearable));
}

function computeWorkMem(
  demand: PostgresDemand,
  wantedConnections: number,
  roomKb: number,
  sharedBuffersKb: number,
): Pick<PostgresMemory, "workMemKb" | "wantedWorkMemKb" | "formulaWorkMemKb"> {
  const { workMemTenths } = demand.dataSize;
  const formulaWorkMemKb = Math.floor((Math.floor(perNodeKb(demand, sharedBuffersKb)) * workMemTenths) / 10);
  const wantedWorkMemKb = Math.max(formulaWorkMemKb, DEFAULT_WORK_MEM_KB);
  const isShort = demand.connections < wantedConnections;
  const bearableKb = Math.min(computeBearableWorkMemKb(demand, roomKb), isShort ? DEFAULT_WORK_MEM_KB : Infinity);
  return { workMemKb: Math.min(wantedWorkMemKb, bearableKb), wantedWorkMemKb, formulaWorkMemKb };
}

// pgtune's: every connection and worker process sorts or hashes in three places at once.
function perNodeKb(demand: PostgresDemand, sharedBuffersKb: number): number {
  const { shareKb, workload, connections } = demand;
  const nodes = (connections + workerProcesses(demand.vcpus)) * NODES_PER_QUERY;
  return (shareKb - sharedBuffersKb) / nodes / workload.workMemDivisor;
}

/** What pgtune reckons with. */
export function workerProcesses(vcpus: number): number {
  return vcpus < PARALLEL_VCPUS ? DEFAULT_WORKER_PROCESSES : vcpus;
}

// Memory goes first to work_mem up to pgtune's 4 MB, then to a parallel worker for each CPU, then to more work_mem.
// Three stages that never take back what an earlier one gave: more memory never lowers any of it.
function computeBearableWorkMemKb({ connections, vcpus }: PostgresDemand, roomKb: number): number {
  const workers = workerProcesses(vcpus);
  const perBackendKb = (count: number): number => Math.floor(roomKb / (connections + count)) - BACKEND_KB;
  const withFewKb = perBackendKb(Math.min(workers, DEFAULT_WORKER_PROCESSES));
  return Math.max(Math.min(withFewKb, DEFAULT_WORK_MEM_KB), perBackendKb(workers));
}

function bearableWorkers({ connections }: PostgresDemand, roomKb: number): number {
  const workers = Math.floor(roomKb / (BACKEND_KB + DEFAULT_WORK_MEM_KB)) - connections;
  return Math.max(DEFAULT_WORKER_PROCESSES, workers);
}

/**
 * What is left for connections and parallel workers once everything else has all that it may take. Reckoned before
 * rounding: rounded parts fall and rise by steps, and more memory would now and then leave less.
 */
function roomForBackendsKb(shareKb: number, workload: Workload, autovacuumWorkers: number): number {
  const sharedBuffersKb = shareKb / workload.sharedBuffersDivisor;
  return (
    shareKb -
    sharedBuffersKb * (1 + BUFFER_OVERHEAD) -
    mostWalBuffersKb(sharedBuffersKb) -
    maintenanceKb(shareKb, workload) -
    autovacuumWorkers * leastAutovacuumKb(shareKb, workload, autovacuumWorkers) -
    PROCESSES_KB
  );
}

function maintenanceKb(shareKb: number, { maintenanceDivisor }: Workload): number {
  return Math.min(shareKb / maintenanceDivisor, 8 * GB);
}

// What is left when every backend has what pgtune gives it; before rounding, as above.
function autovacuumKb(demand: PostgresDemand, roomKb: number): number {
  const { shareKb, workload, dataSize, connections, vcpus, autovacuumWorkers } = demand;
  const wantedKb = (perNodeKb(demand, shareKb / workload.sharedBuffersDivisor) * dataSize.workMemTenths) / 10;
  const backends = connections + workerProcesses(vcpus);
  const spareKb = roomKb - backends * (BACKEND_KB + Math.max(DEFAULT_WORK_MEM_KB, wantedKb));
  const leastKb = leastAutovacuumKb(shareKb, workload, autovacuumWorkers);
  return Math.min(wantedAutovacuumKb(shareKb, workload), leastKb + Math.max(0, spareKb) / autovacuumWorkers);
}

function leastAutovacuumKb(shareKb: number, workload: Workload, workers: number): number {
  return Math.min(wantedAutovacuumKb(shareKb, workload), (shareKb * AUTOVACUUM_SHARE) / workers);
}

function wantedAutovacuumKb(shareKb: number, workload: Workload): number {
  return Math.min(maintenanceKb(shareKb, workload), 2 * GB);
}

// 3 % of the buffers as PostgreSQL does by itself, up to one WAL segment; close to it, the whole segment.
function computeWalBuffersKb(sharedBuffersKb: number): number {
  const formulaKb = Math.floor((3 * sharedBuffersKb) / 100);
  return formulaKb > 14 * MB ? 16 * MB : Math.max(formulaKb, 32);
}

// Never below the rule above, and without its step.
function mostWalBuffersKb(sharedBuffersKb: number): number {
  return Math.min(16 * MB, Math.max(32, (3 * sharedBuffersKb * 16) / (14 * 100)));
}
