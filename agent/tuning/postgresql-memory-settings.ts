// PostgreSQL's memory and worker settings out of its divided share, each with pgtune's formula and why it gave way.

import { bytes, count, text, type Reason } from "./build-setting.ts";
import { PARALLEL_VCPUS, type PostgresMemory, workerProcesses } from "./postgresql-memory.ts";
import { formatPostgresSize, type DataSize, type Workload } from "./postgresql-workload.ts";
import type { Inputs, Setting, Settings } from "./setting.ts";
import { GIB, KIB } from "./size.ts";

export const PGTUNE = "le0pard/pgtune, configurationSlice.js";

/** The rest of an app's demand that the formulas name. */
export interface PostgresKind {
  readonly memoryBytes: number;
  readonly vcpus: number;
  readonly workload: Workload;
  readonly dataSize: DataSize;
}

export function tuneMemory(memory: PostgresMemory, kind: PostgresKind): Settings {
  const { memoryBytes, workload } = kind;
  const inputs = { memoryBytes };
  const sharedBuffersBytes = memory.sharedBuffersKb * KIB;
  const shared = { sharedBuffersBytes };
  return {
    shared_buffers: kilobytes(memory.sharedBuffersKb, reason(`memoryBytes / ${workload.sharedBuffersDivisor}`, inputs)),
    effective_cache_size: kilobytes(
      memory.effectiveCacheKb,
      reason(`memoryBytes * ${workload.cacheShare * 100}%`, inputs),
    ),
    maintenance_work_mem: kilobytes(
      memory.maintenanceKb,
      capped(reason(`min(memoryBytes / ${workload.maintenanceDivisor}, 8 GiB)`, inputs), memory.maintenanceKb, 8 * GIB),
    ),
    autovacuum_work_mem: tuneAutovacuum(memory),
    wal_buffers: kilobytes(
      memory.walBuffersKb,
      reason("clamp(sharedBuffersBytes * 3%, 32 KiB, 16 MiB); 16 MiB from 14 MiB up", shared),
    ),
    work_mem: tuneWorkMem(memory, kind),
    // As `try` the server starts without them, too; as `on` it would not.
    huge_pages: text(
      sharedBuffersBytes >= 2 * GIB ? "try" : "off",
      reason("try if sharedBuffersBytes >= 2 GiB, else off", shared),
    ),
  };
}

function tuneAutovacuum({ autovacuumKb, maintenanceKb }: PostgresMemory): Setting {
  const maintenanceBytes = maintenanceKb * KIB;
  const formula = reason("min(maintenanceBytes, 2 GiB)", { maintenanceBytes });
  const wantedKb = Math.min(maintenanceKb, (2 * GIB) / KIB);
  if (autovacuumKb < wantedKb)
    return kilobytes(autovacuumKb, { ...formula, boundBy: "share", note: "pgtune's would not fit in every worker" });
  return kilobytes(autovacuumKb, {
    ...capped(formula, autovacuumKb, 2 * GIB),
    ...(maintenanceBytes < 2 * GIB ? { note: "pgtune leaves it unset, which means the same" } : {}),
  });
}

function tuneWorkMem(memory: PostgresMemory, { memoryBytes, vcpus, workload, dataSize }: PostgresKind): Setting {
  const { workMemKb, wantedWorkMemKb, formulaWorkMemKb, connections, sharedBuffersKb } = memory;
  const half = workload.workMemDivisor === 1 ? "" : ` / ${workload.workMemDivisor}`;
  const factor = dataSize.workMemTenths === 10 ? "" : ` * ${dataSize.workMemTenths * 10}%`;
  const perNode = `(memoryBytes - sharedBuffersBytes) / ((connections + workerProcesses) * 3)${half}${factor}`;
  const why: Reason = reason(`max(${perNode}, 4 MiB)`, {
    memoryBytes,
    sharedBuffersBytes: sharedBuffersKb * KIB,
    connections,
    workerProcesses: workerProcesses(vcpus),
  });
  if (workMemKb < wantedWorkMemKb) return kilobytes(workMemKb, { ...why, boundBy: "share", note: WORK_MEM_NOTE });
  return kilobytes(workMemKb, { ...why, boundBy: formulaWorkMemKb < wantedWorkMemKb ? "floor" : null });
}

const WORK_MEM_NOTE = "pgtune's would not fit with every connection and worker at its limit at once";

export function tuneWorkers(memory: PostgresMemory, { vcpus, workload: { scans } }: PostgresKind): Settings {
  // Fewer than 4 CPUs get what 4 get, where pgtune leaves 8 processes: with its rule a fourth CPU would take workers away.
  const half = Math.ceil(Math.max(vcpus, PARALLEL_VCPUS) / 2);
  const { parallelWorkers } = memory;
  const perGather = Math.min(scans ? half : Math.min(4, half), parallelWorkers);
  const processes = { ...reason("max(vcpus, 4)", { vcpus }), ...boundWorkers(parallelWorkers, vcpus) };
  const upToFour = reason("min(max(vcpus, 4) / 2, 4)", { vcpus });
  return {
    max_worker_processes: count(parallelWorkers, processes),
    max_parallel_workers: count(parallelWorkers, processes),
    max_parallel_workers_per_gather: count(perGather, {
      ...(scans ? reason("max(vcpus, 4) / 2", { vcpus }) : upToFour),
      ...(scans && perGather < half ? { boundBy: "share" as const, note: "no more than there are workers" } : {}),
    }),
    max_parallel_maintenance_workers: count(Math.min(4, half), upToFour),
    autovacuum_max_workers: count(
      computeAutovacuumWorkers(vcpus),
      reason("3 if vcpus < 16, 4 if vcpus < 32, else 5", { vcpus }),
    ),
  };
}

function boundWorkers(workers: number, vcpus: number): Pick<Reason, "boundBy" | "note"> {
  if (vcpus < PARALLEL_VCPUS)
    return { boundBy: "floor", note: "pgtune leaves PostgreSQL's 8, and a fourth CPU would take workers away" };
  if (workers === vcpus) return {};
  return { boundBy: "share", note: "a worker for each CPU would not fit with work_mem at pgtune's 4MB" };
}

/** PostgreSQL's default, and pgtune's two steps above it. */
export function computeAutovacuumWorkers(vcpus: number): number {
  if (vcpus >= 32) return 5;
  return vcpus >= 16 ? 4 : 3;
}

export function reason(formula: string, inputs: Inputs = {}): Reason {
  return { formula, inputs, source: PGTUNE };
}

function capped(why: Reason, kb: number, capBytes: number): Reason {
  return kb * KIB >= capBytes ? { ...why, boundBy: "cap" } : why;
}

function kilobytes(kb: number, why: Reason): Setting {
  return bytes(kb * KIB, formatPostgresSize(kb * KIB), why);
}
