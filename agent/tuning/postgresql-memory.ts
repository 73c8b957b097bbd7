// Divides PostgreSQL's share: pgtune's values, held to what it can bear when every connection sorts at once. In kB.

import type { Workload } from "./postgresql-workload.ts";
import type { Bound } from "./setting.ts";

const MB = 1024;
const GB = 1024 * MB;

/** Postmaster and the processes that always run: 8 MB measured on PostgreSQL 15, the rest for five autovacuum workers. */
const PROCESSES_KB = 16 * MB;

/** A backend's own memory before work_mem: 1 MB when fresh; 3 MB measured on 15 after wide queries of the catalogue. */
const BACKEND_KB = MB;

/** PostgreSQL's own least work_mem. */
const LEAST_WORK_MEM_KB = 64;

/** pgtune's least work_mem. It can be more than the share holds, and then it gives way. */
const PGTUNE_WORK_MEM_KB = 4 * MB;

/** Nodes of one query that pgtune expects to sort or hash at a time. */
const NODES_PER_QUERY = 3;

/** All autovacuum workers together: three with pgtune's maintenance_work_mem, which is what PostgreSQL has by default. */
const AUTOVACUUM_SHARE = 3 / 16;

/** pgtune reckons with PostgreSQL's default of worker processes on machines too small for parallel queries. */
const DEFAULT_WORKER_PROCESSES = 8;
export const PARALLEL_VCPUS = 4;

/** Bookkeeping of the buffers: descriptors, mapping table, checkpoint sort, about 2 % of them. */
const BUFFER_OVERHEAD = 1 / 50;

/** PostgreSQL counts these two in pages of 8 kB in a 32-bit integer. */
const MOST_SHARED_BUFFERS_KB = 1_073_741_823 * 8;
const MOST_CACHE_KB = 2_147_483_647 * 8;

export interface PostgresMemory {
  readonly sharedBuffersKb: number;
  readonly effectiveCacheKb: number;
  readonly maintenanceKb: number;
  readonly autovacuumKb: number;
  readonly walBuffersKb: number;
  readonly workMemKb: number;
  readonly workMemBound: Bound;
  /** Parallel workers that the share can bear, up to the CPUs. */
  readonly parallelWorkers: number;
}

export interface PostgresDemand {
  readonly shareKb: number;
  readonly workload: Workload;
  readonly connections: number;
  readonly autovacuumWorkers: number;
  readonly vcpus: number;
}

/** The share is at least `leastShareKb`. */
export function dividePostgresMemory(demand: PostgresDemand): PostgresMemory {
  const { shareKb, workload, vcpus } = demand;
  const sharedBuffersKb = Math.min(Math.floor(shareKb / workload.sharedBuffersDivisor), MOST_SHARED_BUFFERS_KB);
  return {
    sharedBuffersKb,
    effectiveCacheKb: Math.min(Math.floor(shareKb * workload.cacheShare), MOST_CACHE_KB),
    maintenanceKb: Math.floor(maintenanceKb(shareKb, workload)),
    autovacuumKb: Math.floor(autovacuumKb(shareKb, workload, demand.autovacuumWorkers)),
    walBuffersKb: computeWalBuffersKb(sharedBuffersKb),
    parallelWorkers: vcpus < PARALLEL_VCPUS ? PARALLEL_VCPUS : Math.min(vcpus, bearableWorkers(demand)),
    ...computeWorkMem(demand, sharedBuffersKb),
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

function computeWorkMem(demand: PostgresDemand, sharedBuffersKb: number): { workMemKb: number; workMemBound: Bound } {
  const { shareKb, workload, connections, vcpus } = demand;
  const workers = vcpus < PARALLEL_VCPUS ? DEFAULT_WORKER_PROCESSES : vcpus;
  const perNodeKb = Math.floor((shareKb - sharedBuffersKb) / ((connections + workers) * NODES_PER_QUERY));
  const formulaKb = Math.floor(perNodeKb / workload.workMemDivisor);
  const wantedKb = Math.max(formulaKb, PGTUNE_WORK_MEM_KB);
  const bearableKb = computeBearableWorkMemKb(demand, workers);
  if (bearableKb < wantedKb) return { workMemKb: bearableKb, workMemBound: "share" };
  return { workMemKb: wantedKb, workMemBound: formulaKb < PGTUNE_WORK_MEM_KB ? "floor" : null };
}

// Memory goes first to work_mem up to pgtune's 4 MB, then to a parallel worker for each CPU, then to more work_mem.
// Three stages that never take back what an earlier one gave: more memory never lowers any of it.
function computeBearableWorkMemKb(demand: PostgresDemand, workers: number): number {
  const roomKb = roomForBackendsKb(demand.shareKb, demand.workload, demand.autovacuumWorkers);
  const perBackendKb = (count: number): number => Math.floor(roomKb / (demand.connections + count)) - BACKEND_KB;
  const withFewKb = perBackendKb(Math.min(workers, DEFAULT_WORKER_PROCESSES));
  return Math.max(Math.min(withFewKb, PGTUNE_WORK_MEM_KB), perBackendKb(workers));
}

function bearableWorkers({ shareKb, workload, connections, autovacuumWorkers }: PostgresDemand): number {
  const roomKb = roomForBackendsKb(shareKb, workload, autovacuumWorkers);
  const workers = Math.floor(roomKb / (BACKEND_KB + PGTUNE_WORK_MEM_KB)) - connections;
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
    autovacuumWorkers * autovacuumKb(shareKb, workload, autovacuumWorkers) -
    PROCESSES_KB
  );
}

function maintenanceKb(shareKb: number, { maintenanceDivisor }: Workload): number {
  return Math.min(shareKb / maintenanceDivisor, 8 * GB);
}

function autovacuumKb(shareKb: number, workload: Workload, workers: number): number {
  return Math.min(maintenanceKb(shareKb, workload), 2 * GB, (shareKb * AUTOVACUUM_SHARE) / workers);
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

/** PostgreSQL's default, and pgtune's two steps above it. */
export function computeAutovacuumWorkers(vcpus: number): number {
  if (vcpus >= 32) return MOST_AUTOVACUUM_WORKERS;
  return vcpus >= 16 ? 4 : 3;
}
const MOST_AUTOVACUUM_WORKERS = 5;
