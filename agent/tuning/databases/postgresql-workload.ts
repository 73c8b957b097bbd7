// pgtune's constants for each kind of work, size of data and storage of a PostgreSQL.

import { GIB, KIB, MIB } from "../../size.ts";

export interface Workload {
  readonly connections: number;
  /** memory / shared_buffers */
  readonly sharedBuffersDivisor: number;
  /** effective_cache_size as a share of the memory */
  readonly cacheShare: number;
  /** memory / maintenance_work_mem */
  readonly maintenanceDivisor: number;
  /** What pgtune divides work_mem by: queries of this kind have more nodes that sort or hash at once. */
  readonly workMemDivisor: number;
  readonly minWalBytes: number;
  readonly maxWalBytes: number;
  readonly statisticsTarget: number;
  readonly jit: "off" | "on";
  /** Scans are long and sequential: random pages cost 4 on any disk, and gathering has no limit of 4. */
  readonly scans: boolean;
}

const web: Workload = {
  connections: 200,
  sharedBuffersDivisor: 4,
  cacheShare: 0.75,
  maintenanceDivisor: 16,
  workMemDivisor: 1,
  minWalBytes: GIB,
  maxWalBytes: 4 * GIB,
  statisticsTarget: 100,
  jit: "off",
  scans: false,
};

/** pgtune's constants, in binary units: its MB is 1024 kB, as PostgreSQL's. */
export const WORKLOADS = {
  web,
  oltp: { ...web, connections: 300, minWalBytes: 2 * GIB, maxWalBytes: 8 * GIB },
  dw: {
    ...web,
    connections: 40,
    maintenanceDivisor: 8,
    workMemDivisor: 2,
    minWalBytes: 4 * GIB,
    maxWalBytes: 16 * GIB,
    statisticsTarget: 500,
    jit: "on",
    scans: true,
  },
  desktop: {
    ...web,
    connections: 20,
    sharedBuffersDivisor: 16,
    cacheShare: 0.25,
    workMemDivisor: 6,
    minWalBytes: 100 * MIB,
    maxWalBytes: 2 * GIB,
    jit: "on",
  },
  mixed: { ...web, connections: 100, workMemDivisor: 2 },
} satisfies Readonly<Record<string, Workload>>;

export interface DataSize {
  /** work_mem in tenths of pgtune's usual value. */
  readonly workMemTenths: number;
  /** Null: by the storage. */
  readonly randomPageCost: number | null;
}

/** pgtune's factors for how much data there is next to the memory. */
export const DATA_SIZES = {
  "like-memory": { workMemTenths: 10, randomPageCost: null },
  "in-memory": { workMemTenths: 13, randomPageCost: 1.1 },
  "much-larger": { workMemTenths: 9, randomPageCost: null },
} satisfies Readonly<Record<string, DataSize>>;

/** How many pages the disk reads at once, and the cost of a random page next to a sequential one. */
export const STORAGES = {
  ssd: { ioConcurrency: 200, randomPageCost: 1.1 },
  nvme: { ioConcurrency: 1000, randomPageCost: 1.1 },
  san: { ioConcurrency: 300, randomPageCost: 1.1 },
  hdd: { ioConcurrency: 2, randomPageCost: 4 },
};

/** Rounds down to whole MB, the unit that people write, if that costs less than a hundredth. In kB. */
export function roundToMegabytes(kb: number): number {
  const rounded = Math.floor(kb / 1024) * 1024;
  return kb - rounded < kb / 100 ? rounded : kb;
}

/** As PostgreSQL writes it: the largest unit that divides, so that `SHOW` gives the same text back. */
export function formatPostgresSize(sizeBytes: number): string {
  if (sizeBytes % GIB === 0) return `${sizeBytes / GIB}GB`;
  return sizeBytes % MIB === 0 ? `${sizeBytes / MIB}MB` : `${Math.floor(sizeBytes / KIB)}kB`;
}
